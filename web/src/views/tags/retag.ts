// Renames or removes a tag with as many requests as it takes.
import type { Schemas } from "../../api/client";
import type { ApiProblem } from "../../api/problem";

export type Retagged = Schemas["Retagged"];

/** How a change of a tag stands. */
export type RetagProgress =
  | { kind: "changing"; changed: number }
  /** The store is busy, and the next request follows after some seconds. */
  | { kind: "waiting"; changed: number; seconds: number };

export type RetagOutcome =
  | { kind: "done"; changed: number }
  /** No link had the tag. */
  | { kind: "none" }
  | { kind: "stopped"; changed: number }
  | { kind: "failed"; changed: number; problem: ApiProblem };

export interface RetagPorts {
  /** One request. Throws a problem. */
  step: () => Promise<Retagged>;
  asProblem: (error: unknown) => ApiProblem;
  sleep: (seconds: number) => Promise<void>;
  isStopped: () => boolean;
  onProgress: (progress: RetagProgress) => void;
}

/** How many failures in a row are waited out. */
const PATIENCE = 3;

export async function retag({ step, asProblem, sleep, isStopped, onProgress }: RetagPorts): Promise<RetagOutcome> {
  let changed = 0;
  let failures = 0;
  for (;;) {
    if (isStopped()) return { kind: "stopped", changed };
    onProgress({ kind: "changing", changed });
    try {
      const answer = await step();
      failures = 0;
      changed += answer.changed;
      if (answer.done) return { kind: "done", changed };
    } catch (error) {
      const problem = asProblem(error);
      // An earlier request, whose answer was lost, may have changed the last link.
      if (problem.code === "not_found")
        return changed > 0 || failures > 0 ? { kind: "done", changed } : { kind: "none" };
      failures += 1;
      const isPassing = problem.status >= 500 || problem.status === 0 || problem.code === "rate_limited";
      if (!isPassing || failures > PATIENCE) return { kind: "failed", changed, problem };
      const seconds = problem.retryAfter ?? 2 ** failures;
      onProgress({ kind: "waiting", changed, seconds });
      await sleep(seconds);
    }
  }
}

/** A tag as hop stores it: in small letters, with `-` instead of spaces. */
export function storedTag(typed: string): string {
  return typed.normalize("NFC").trim().toLowerCase().replace(/\s+/g, "-");
}
