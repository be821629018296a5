import { me } from "../../state/me";
import { person } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { when } from "../../ui/format";
import { Secret } from "../../ui/secret";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "../start/form";
import { curlExample } from "./example";
import { type Key, type MadeKey, revokeKey } from "./source";

/** Shows the secret of a new key. It closes by its button only, because the secret cannot be shown again. */
export function SecretDialog({ made, onClose }: { made: MadeKey; onClose: () => void }) {
  const { secret } = text.keys;
  const example = curlExample(location.origin, made);
  return (
    <Dialog title={secret.title} canClose={false} onClose={onClose}>
      <div class="stack">
        <Secret label={secret.label} value={made.secret} hint={secret.hint} />
        <section>
          <p class="row-line">
            <b>{secret.example}</b>
            <CopyButton value={example} label={secret.copyExample} said={text.secret.copied} />
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by the keyboard. */}
          <pre class="code" tabIndex={0}>
            {example}
          </pre>
        </section>
        <div class="actions">
          <Button onClick={onClose}>{text.secret.done}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Asks before a key is revoked. */
export function RevokeDialog({
  apiKey,
  onClose,
  onRevoked,
}: {
  apiKey: Key;
  onClose: () => void;
  onRevoked: () => void;
}) {
  const { revokeDialog } = text.keys;
  const { isBusy, problem, onSubmit } = useForm(async () => {
    await revokeKey(apiKey.id);
    onRevoked();
  });
  const isRefused = person(apiKey.owner)?.role === "owner" && me.value?.role !== "owner";
  return (
    <Dialog title={revokeDialog.title(apiKey.name)} onClose={onClose}>
      <form class="stack" onSubmit={onSubmit}>
        <ProblemNotice problem={problem.value} />
        {isRefused ? (
          <p class="notice warn">{revokeDialog.onlyOwners}</p>
        ) : (
          <p>
            {revokeDialog.hint} {apiKey.last_used_at !== null && revokeDialog.used(when(apiKey.last_used_at))}
          </p>
        )}
        <div class="actions">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button kind="danger" type="submit" isBusy={isBusy.value} disabled={isRefused}>
            {revokeDialog.button}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
