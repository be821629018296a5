import { api, call, type Link, type Schemas } from "../../api/client";
import { ApiProblem, asProblem } from "../../api/problem";

type Item = Schemas["BatchItem"];
type Outcome = Schemas["BatchResults"]["results"][number];

/** The largest batch of one `Idempotency-Key`. */
const LARGEST = 100;
/** How often in a row a batch that got no further is sent again. */
const RETRIES = 4;
/** The longest wait before it is, in seconds. */
const LONGEST_WAIT = 10;

export type Change =
  | { kind: "tag"; tag: string }
  | { kind: "owner"; owner: string | null }
  | { kind: "disabled"; disabled: boolean }
  | { kind: "delete" };

export interface BulkResult {
  /** The links that were changed, in their new state; deleted ones as they were. */
  changed: Link[];
  /** How many links were not changed, for whatever reason. */
  failed: number;
  /** How many of them somebody else had changed since they were loaded. */
  outdated: number;
  /** Why the change stopped before the last link. */
  problem: ApiProblem | null;
}

/** Makes one change to many links. `onProgress` gets the number of links that were tried. Never throws. */
export async function changeLinks(
  links: readonly Link[],
  change: Change,
  onProgress: (tried: number) => void,
): Promise<BulkResult> {
  const changed: Link[] = [];
  let outdated = 0;
  let problem: ApiProblem | null = null;
  for (let from = 0; from < links.length && problem === null; from += LARGEST) {
    const some = links.slice(from, from + LARGEST);
    const items = some.map((link) => item(link, change));
    const batch = await sendBatch(items, (tried) => onProgress(from + tried));
    batch.outcomes.forEach(({ status }, index) => {
      const before = some[index];
      if (before === undefined) return;
      if (status < 300) changed.push(batch.written.get(index) ?? before);
      else if (status === 412) outdated += 1;
    });
    problem = batch.problem;
  }
  return { changed, failed: links.length - changed.length, outdated, problem };
}

interface BatchAnswer {
  outcomes: readonly Outcome[];
  /** The links in their new state, by the position of the item. A late answer may leave them out. */
  written: ReadonlyMap<number, Link>;
  problem: ApiProblem | null;
}

/** Sends a batch until all items were tried. A request does as much as it can; the same request continues. */
async function sendBatch(items: Item[], onProgress: (tried: number) => void): Promise<BatchAnswer> {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const written = new Map<number, Link>();
  let outcomes: readonly Outcome[] = [];
  let untried = items.length;
  let failures = 0;
  for (;;) {
    let problem: ApiProblem;
    try {
      const answer = await call(api.POST("/api/v1/batch", { body: { items }, headers }));
      outcomes = answer.results;
      outcomes.forEach(({ link }, index) => {
        if (link && "target" in link) written.set(index, link);
      });
      onProgress(items.length - answer.untried);
      if (answer.untried === 0) return { outcomes, written, problem: null };
      if (answer.untried < untried) failures = -1;
      untried = answer.untried;
      problem = new ApiProblem("budget_exhausted", 503, "", null, [], 0);
    } catch (error) {
      problem = asProblem(error);
    }
    failures += 1;
    if (!isPassing(problem) || failures > RETRIES) return { outcomes, written, problem };
    if (failures > 0) await pause(Math.min(problem.retryAfter ?? 1, LONGEST_WAIT));
  }
}

/** Whether the same request may succeed a little later. */
function isPassing({ status, code, retryAfter }: ApiProblem): boolean {
  if (code === "idempotency_in_flight") return true;
  return status === 503 && retryAfter !== null && code !== "not_configured";
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function item({ alias, domain, tags, version }: Link, change: Change): Item {
  switch (change.kind) {
    case "delete":
      return { op: "delete", alias, domain };
    case "tag": {
      // The patch replaces all tags: without the version it would undo what somebody else changed.
      const patch = { tags: [...new Set([...tags, change.tag])] };
      return { op: "update", alias, domain, if_match: version, patch };
    }
    case "owner":
      return { op: "update", alias, domain, patch: { owner: change.owner } };
    case "disabled":
      return { op: "update", alias, domain, patch: { disabled: change.disabled } };
  }
}

/** Restores deleted links, as far as possible. Never throws. */
export async function restoreLinks(links: readonly Link[]): Promise<{ restored: Link[]; problem: ApiProblem | null }> {
  const restored: Link[] = [];
  for (const link of links) {
    const params = { path: { alias: link.alias }, query: { domain: link.domain } };
    try {
      const written = await call(api.POST("/api/v1/links/{alias}/restore", { params }));
      restored.push("target" in written ? written : link);
    } catch (error) {
      return { restored, problem: asProblem(error) };
    }
  }
  return { restored, problem: null };
}
