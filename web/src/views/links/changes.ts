import { type Signal, useSignal } from "@preact/signals";
import { api, call, type Link } from "../../api/client";
import { asProblem } from "../../api/problem";
import { text } from "../../text";
import { toast } from "../../ui/toast";
import { type BulkResult, type Change, changeLinks, restoreLinks } from "./bulk";
import type { useLinkList } from "./list";

/** Changes of links of the list, with their messages. */
export function useChanges(list: ReturnType<typeof useLinkList>, selected: Signal<ReadonlySet<string>>) {
  const progress = useSignal<string | null>(null);

  const apply = async (chosen: readonly Link[], wanted: Change) => {
    const onProgress = (tried: number) => {
      progress.value = text.links.bulk.progress(tried, chosen.length);
    };
    onProgress(0);
    const result = await changeLinks(chosen, wanted, onProgress);
    progress.value = null;
    const { changed } = result;
    const ids = new Set(changed.map((link) => link.id));
    // What failed stays selected, so that it can be tried again.
    selected.value = new Set([...selected.peek()].filter((id) => !ids.has(id)));
    const message = words(result, wanted);
    if (wanted.kind === "delete") {
      list.remove(ids);
      toast(message, changed.length > 0 ? { label: text.common.undo, run: () => void undo(changed) } : null);
    } else {
      list.replace(changed);
      toast(message, result.outdated > 0 ? { label: text.links.bulk.reload, run: list.restart } : null);
    }
  };
  const undo = async (deleted: readonly Link[]) => {
    const { restored, problem } = await restoreLinks(deleted);
    const [first] = restored;
    if (restored.length === 1 && first) toast(text.links.restored(first.alias));
    else if (restored.length > 1) toast(text.links.bulk.restored(restored.length));
    if (problem) toast(text.problems.line(problem));
    list.restart();
  };
  const setDisabled = async (link: Link, disabled: boolean) => {
    try {
      const params = { path: { alias: link.alias }, query: { domain: link.domain } };
      const after = await call(api.PATCH("/api/v1/links/{alias}", { params, body: { disabled } }));
      if ("target" in after) list.replace([after]);
      toast(disabled ? text.links.disabled(link.alias) : text.links.enabled(link.alias));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
  };
  return { progress, apply, setDisabled };
}

/** What a change did, and what stopped it. */
export function words({ changed, failed, outdated, problem }: BulkResult, { kind }: Change): string {
  const { bulk, deleted } = text.links;
  const [first] = changed;
  const parts: string[] = [];
  if (kind === "delete" && changed.length === 1 && failed === 0 && first) parts.push(deleted(first.alias));
  else parts.push(bulk.done(changed.length, failed));
  if (outdated > 0) parts.push(bulk.outdated(outdated));
  if (problem) parts.push(text.problems.line(problem));
  return parts.join(". ");
}
