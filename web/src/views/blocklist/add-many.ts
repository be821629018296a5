// Adds many hosts, one request after the other.
import { api, call } from "../../api/client";
import { type ApiProblem, asProblem } from "../../api/problem";
import { sleep } from "../../state/sleep";
import { text } from "../../text";

export interface ManyResult {
  added: number;
  /** Hosts that were listed already. */
  known: number;
  failed: { host: string; reason: string }[];
  /** Hosts that were not tried, because somebody stopped. */
  left: string[];
}

export interface ManyProgress {
  tried: number;
  /** The seconds that hop asks to wait; 0 if it does not. */
  waits: number;
}

const PATIENCE = 4;

export async function addMany(
  hosts: readonly string[],
  reason: string | null,
  onProgress: (progress: ManyProgress) => void,
  stop: AbortSignal,
): Promise<ManyResult> {
  const result: ManyResult = { added: 0, known: 0, failed: [], left: [] };
  for (const [tried, host] of hosts.entries()) {
    if (stop.aborted) return { ...result, left: hosts.slice(tried) };
    onProgress({ tried, waits: 0 });
    const problem = await add({ host, reason }, (waits) => onProgress({ tried, waits }), stop);
    if (problem === "stopped") return { ...result, left: hosts.slice(tried) };
    if (problem === null) result.added += 1;
    else if (problem.code === "host_listed") result.known += 1;
    else result.failed.push({ host, reason: reasonOf(problem) });
  }
  return result;
}

/** Adds one host. Failures that pass are waited out. */
async function add(
  body: { host: string; reason: string | null },
  onWait: (seconds: number) => void,
  stop: AbortSignal,
): Promise<ApiProblem | "stopped" | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call(api.POST("/api/v1/blocklist", { body }));
      return null;
    } catch (error) {
      const problem = asProblem(error);
      const isPassing = problem.code === "rate_limited" || problem.status >= 500 || problem.status === 0;
      if (!isPassing || attempt > PATIENCE) return problem;
      const seconds = Math.min(problem.retryAfter ?? 2 ** attempt, 120);
      onWait(seconds);
      await sleep(seconds, stop);
      if (stop.aborted) return "stopped";
    }
  }
}

function reasonOf(problem: ApiProblem): string {
  const [first] = problem.errors;
  return first ? text.sentence(first.detail) : text.problems.line(problem);
}
