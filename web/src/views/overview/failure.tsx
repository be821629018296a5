import type { ApiProblem } from "../../api/problem";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/states";
import type { Overview } from "./load";

const FAILURES = ["unknown_alias", "ended", "root", "unknown_host"] as const;

/** Visits that followed no link, in words. */
export function FailedVisits({ failed, hasTag }: { failed: Overview["failed"]; hasTag: boolean }) {
  const words = text.overview;
  const happened = failed === null ? [] : FAILURES.filter((name) => failed[name] > 0);
  return (
    <section class="card stack failed-visits" aria-label={words.failed}>
      <h2>{words.failed}</h2>
      {failed === null ? (
        <p class="quiet">{hasTag ? words.failuresNotForTag : words.failuresNotCounted}</p>
      ) : happened.length === 0 ? (
        <p class="quiet">{words.noFailures}</p>
      ) : (
        <ul class="stack">
          {happened.map((name) => (
            <li key={name}>{words.failures[name](failed[name])}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Statistics that do not answer. Links do not depend on them. */
export function StatsFailure({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  if (problem.status !== 503) {
    return (
      <section class="card">
        <Failure problem={problem} onRetry={onRetry} />
      </section>
    );
  }
  return (
    <section class="card state" role="alert">
      <h2>{text.overview.unavailable}</h2>
      <p>{text.overview.unavailableHint}</p>
      {problem.requestId && <p class="quiet">{text.problems.request(problem.requestId)}</p>}
      <Button icon="restore" onClick={onRetry}>
        {text.common.tryAgain}
      </Button>
    </section>
  );
}
