import type { ComponentChildren } from "preact";
import type { ApiProblem } from "../api/problem";
import { text } from "../text";
import { Button } from "./button";

/** Grey boxes in the place and with the height of what is loading. */
export function Skeleton({ height, rows = 1 }: { height: number; rows?: number }) {
  return (
    <div class="stack" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="skeleton" style={{ height: `${height}px` }} />
      ))}
    </div>
  );
}

/** What an empty list says: what belongs here, and what to do first. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A failure: what failed, what is safe, and "Try again". */
export function Failure({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  return (
    <div class="state" role="alert">
      <h2>{text.problems.title(problem)}</h2>
      <p>{text.problems.advice(problem)}</p>
      {problem.requestId && <p class="quiet">{text.problems.request(problem.requestId)}</p>}
      {onRetry && (
        <Button icon="restore" onClick={onRetry}>
          {text.common.tryAgain}
        </Button>
      )}
    </div>
  );
}

/** The same in one line, above a form or what is shown already. Errors of fields are shown at their fields. */
export function ProblemNotice({ problem, onRetry }: { problem: ApiProblem | null; onRetry?: () => void }) {
  if (problem === null) return null;
  return (
    <p class="notice bad" role="alert">
      <span class="notice-text">
        {problem.errors.length > 0 ? text.problems.fields(problem.errors.length) : text.problems.line(problem)}
      </span>
      {onRetry && <Button onClick={onRetry}>{text.common.tryAgain}</Button>}
    </p>
  );
}
