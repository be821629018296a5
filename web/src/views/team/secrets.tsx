import { useSignal } from "@preact/signals";
import { api, call, type Schemas } from "../../api/client";
import { nameOf, type User } from "../../state/people";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { fullTime } from "../../ui/format";
import { Secret } from "../../ui/secret";
import { ProblemNotice } from "../../ui/states";
import { useForm } from "../start/form";
import { invitationLink, resetLink } from "./one-time";

/** Shows the link of a new invitation. It closes by its button only, because the link cannot be shown again. */
export function InvitationDialog({ invited, onClose }: { invited: Schemas["InvitedUser"]; onClose: () => void }) {
  const { invitation } = text.team;
  return (
    <Dialog title={invitation.title(nameOf(invited))} canClose={false} onClose={onClose}>
      <div class="stack">
        <Secret
          label={invitation.label}
          value={invitationLink(location.origin, invited.invite_token)}
          hint={invitation.hint}
        />
        <div class="actions">
          <Button onClick={onClose}>{text.secret.done}</Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Creates a link with which somebody sets a new password. */
export function ResetDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const reset = useSignal<Schemas["ResetToken"] | null>(null);
  const { isBusy, problem, onSubmit } = useForm(async () => {
    reset.value = await call(api.POST("/api/v1/users/{user}/reset", { params: { path: { user: user.id } } }));
  });
  const { resetDialog } = text.team;
  return (
    <Dialog title={resetDialog.title(nameOf(user))} canClose={reset.value === null} onClose={onClose}>
      {reset.value === null ? (
        <form class="stack" onSubmit={onSubmit}>
          <ProblemNotice problem={problem.value} />
          <p>{resetDialog.ask}</p>
          <div class="actions">
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button kind="primary" type="submit" isBusy={isBusy.value}>
              {resetDialog.button}
            </Button>
          </div>
        </form>
      ) : (
        <div class="stack">
          <Secret
            label={resetDialog.label}
            value={resetLink(location.origin, reset.value.reset_token)}
            hint={resetDialog.hint(fullTime(reset.value.expires_at))}
          />
          <div class="actions">
            <Button onClick={onClose}>{text.secret.done}</Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
