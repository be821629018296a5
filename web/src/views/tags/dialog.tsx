import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, call } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { sleep } from "../../state/sleep";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { type RetagProgress, retag, storedTag } from "./retag";
import type { Tag } from "./tags";

interface TagDialogProps {
  kind: "rename" | "remove";
  tag: Tag;
  domain: string;
  /** The tags that are loaded, to say what would be merged. */
  known: readonly Tag[];
  isComplete: boolean;
  onClose: (hasChanged: boolean) => void;
}

/** Renames or removes a tag, and shows how far it is. */
export function TagDialog({ kind, tag, domain, known, isComplete, onClose }: TagDialogProps) {
  const typed = useSignal(tag.tag);
  const progress = useSignal<RetagProgress | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  /** Links that earlier attempts have changed. */
  const changed = useSignal(0);
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const words = text.tags;
  const name = storedTag(typed.value);
  const same = known.find((other) => other.tag === name && other.tag !== tag.tag);
  const isRenaming = kind === "rename";

  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (isRenaming && (name === "" || name === tag.tag)) return;
    problem.value = null;
    stop.current = new AbortController();
    const { signal } = stop.current;
    const params = { path: { tag: tag.tag }, query: { domain } };
    const outcome = await retag({
      step: () =>
        isRenaming
          ? call(api.PATCH("/api/v1/tags/{tag}", { params, body: { tag: typed.value.trim() } }))
          : call(api.DELETE("/api/v1/tags/{tag}", { params })),
      asProblem,
      sleep: (seconds) => sleep(seconds, signal),
      isStopped: () => signal.aborted,
      onProgress: (now) => {
        progress.value = now;
      },
    });
    progress.value = null;
    if (outcome.kind === "failed") {
      changed.value += outcome.changed;
      problem.value = outcome.problem;
      return;
    }
    if (outcome.kind === "none") toast(words.none(tag.tag));
    else {
      const all = changed.value + outcome.changed;
      if (outcome.kind === "stopped") toast(words.stopped(all));
      else toast(isRenaming ? words.renamed(tag.tag, name, all) : words.removed(tag.tag, all));
    }
    onClose(true);
  };

  const now = progress.value;
  const title = isRenaming ? words.renameTitle(tag.tag) : words.removeTitle(tag.tag);
  return (
    <Dialog title={title} canClose={now === null} onClose={() => onClose(changed.value > 0)}>
      <form class="stack" onSubmit={onSubmit}>
        {changed.value > 0 && problem.value && <p class="soft">{words.failed(changed.value)}</p>}
        <ProblemNotice problem={problem.value} />
        {isRenaming ? (
          <TextField
            label={words.newName}
            hint={name !== typed.value && name !== "" ? words.savedAs(name) : undefined}
            wrong={wrongName(problem.value, name === tag.tag && typed.value !== tag.tag)}
            required
            hasFocus
            maxLength={64}
            disabled={now !== null}
            value={typed.value}
            onValue={(value) => {
              typed.value = value;
            }}
          />
        ) : (
          <p class="soft">{words.removeHint(words.links(tag.links, tag.exact))}</p>
        )}
        {isRenaming && same && <p class="notice warn">{words.merges(name, words.links(same.links, same.exact))}</p>}
        {isRenaming && !same && !isComplete && name !== tag.tag && <p class="quiet">{words.mayMerge}</p>}
        <p class="soft" role="status">
          {now?.kind === "changing" && words.progress(now.changed)}
          {now?.kind === "waiting" && `${words.progress(now.changed)} ${words.waiting(now.seconds)}`}
        </p>
        <div class="actions">
          {now === null ? (
            <Button onClick={() => onClose(changed.value > 0)}>{text.common.cancel}</Button>
          ) : (
            <Button onClick={() => stop.current.abort()}>{words.stop}</Button>
          )}
          <Button kind={isRenaming ? "primary" : "danger"} type="submit" isBusy={now !== null}>
            {changed.value > 0 ? words.goOn : isRenaming ? words.rename : words.remove}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function wrongName(problem: ApiProblem | null, isSame: boolean): string | null {
  if (isSame) return text.tags.same;
  const detail = problem?.at("/tag")?.detail;
  return detail === undefined ? null : text.sentence(detail);
}
