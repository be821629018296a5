import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { TextArea, TextField } from "../../ui/field";
import { Scroll } from "../../ui/scroll";
import { addMany, type ManyProgress, type ManyResult } from "./add-many";
import { parseHosts } from "./hosts";

const DRAFT = "blocklist.many";
/** More failures are only counted. */
const MOST_SHOWN = 100;

/** Adds many hosts at once. What failed stays in the field. */
export function PasteHosts({ onDone }: { onDone: () => void }) {
  const typed = useSignal(loadDraft<string>(DRAFT) ?? "");
  const reason = useSignal("");
  const progress = useSignal<ManyProgress | null>(null);
  const result = useSignal<ManyResult | null>(null);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const { hosts, unread } = parseHosts(typed.value);
  const words = text.blocklist;
  const setTyped = (value: string) => {
    typed.value = value;
    if (value === "") dropDraft(DRAFT);
    else saveDraft(DRAFT, value);
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (hosts.length === 0) return;
    stop.current = new AbortController();
    result.value = null;
    const onProgress = (now: ManyProgress) => {
      progress.value = now;
    };
    const done = await addMany(hosts, reason.value.trim() || null, onProgress, stop.current.signal);
    progress.value = null;
    result.value = done;
    setTyped([...done.failed.map(({ host }) => host), ...done.left, ...unread].join("\n"));
    onDone();
  };
  const now = progress.value;
  return (
    <form class="stack" onSubmit={onSubmit}>
      <TextArea
        label={words.hosts}
        hint={words.manyHint}
        rows={8}
        spellcheck={false}
        disabled={now !== null}
        value={typed.value}
        onValue={setTyped}
      />
      <TextField
        label={`${words.reason} (${text.common.optional})`}
        disabled={now !== null}
        value={reason.value}
        onValue={(value) => {
          reason.value = value;
        }}
      />
      {unread.length > 0 && now === null && <p class="quiet">{words.unread(unread.length)}</p>}
      {now !== null && <progress class="progress" max={hosts.length} value={now.tried} aria-label={words.addMany} />}
      <div class="row-line">
        <span role="status" class="soft">
          {now !== null && words.progress(now.tried, hosts.length)}
          {now !== null && now.waits > 0 && ` ${words.waiting(now.waits)}`}
          {now === null &&
            result.value &&
            words.manyDone(result.value.added, result.value.known, result.value.failed.length)}
        </span>
        <span class="spacer" />
        {now !== null && <Button onClick={() => stop.current.abort()}>{words.stop}</Button>}
        <Button kind="primary" type="submit" isBusy={now !== null} disabled={hosts.length === 0}>
          {words.manyButton(hosts.length)}
        </Button>
      </div>
      {result.value && result.value.failed.length > 0 && <Failures failed={result.value.failed} />}
    </form>
  );
}

function Failures({ failed }: { failed: ManyResult["failed"] }) {
  return (
    <Scroll label={text.blocklist.failures}>
      <table class="table">
        <caption class="hidden">{text.blocklist.failures}</caption>
        <thead>
          <tr>
            <th scope="col">{text.blocklist.failures}</th>
            <th scope="col">{text.blocklist.reason}</th>
          </tr>
        </thead>
        <tbody>
          {failed.slice(0, MOST_SHOWN).map(({ host, reason }) => (
            <tr key={host}>
              <td dir="auto">{host}</td>
              <td>{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
