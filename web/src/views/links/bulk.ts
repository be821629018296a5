import { api, call, type Link, type Schemas } from "../../api/client";

type Item = Schemas["BatchItem"];

/** The largest batch of one `Idempotency-Key`. */
const LARGEST = 100;

export type Change =
  | { kind: "tag"; tag: string }
  | { kind: "owner"; owner: string | null }
  | { kind: "disabled"; disabled: boolean }
  | { kind: "delete" };

export interface BulkResult {
  /** The links that were changed, in their new state; deleted ones as they were. */
  changed: Link[];
  failed: number;
}

/** Makes one change to many links. `onProgress` gets the number of links that were tried. */
export async function changeLinks(
  links: readonly Link[],
  change: Change,
  onProgress: (tried: number) => void,
): Promise<BulkResult> {
  const result: BulkResult = { changed: [], failed: 0 };
  for (let from = 0; from < links.length; from += LARGEST) {
    const some = links.slice(from, from + LARGEST);
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const body = { items: some.map((link) => item(link, change)) };
    // A request does as much as its store operations allow; the same request continues.
    let answer = await call(api.POST("/api/v1/batch", { body, headers }));
    while (answer.untried > 0) {
      onProgress(from + some.length - answer.untried);
      answer = await call(api.POST("/api/v1/batch", { body, headers }));
    }
    answer.results.forEach((outcome, index) => {
      const before = some[index];
      if (before === undefined) return;
      const after = "link" in outcome && outcome.link && "target" in outcome.link ? outcome.link : before;
      if (outcome.status < 300) result.changed.push(after);
      else result.failed += 1;
    });
    onProgress(from + some.length);
  }
  return result;
}

function item({ alias, domain, tags }: Link, change: Change): Item {
  switch (change.kind) {
    case "delete":
      return { op: "delete", alias, domain };
    case "tag":
      return { op: "update", alias, domain, patch: { tags: [...new Set([...tags, change.tag])] } };
    case "owner":
      return { op: "update", alias, domain, patch: { owner: change.owner } };
    case "disabled":
      return { op: "update", alias, domain, patch: { disabled: change.disabled } };
  }
}

/** Restores deleted links, and returns them. */
export async function restoreLinks(links: readonly Link[]): Promise<Link[]> {
  const restored: Link[] = [];
  for (const { alias, domain } of links) {
    const params = { path: { alias }, query: { domain } };
    const link = await call(api.POST("/api/v1/links/{alias}/restore", { params }));
    if ("target" in link) restored.push(link);
  }
  return restored;
}
