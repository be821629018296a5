import type { ApiProblem } from "../../api/problem";
import { text } from "../../text";

/** What is typed in the card that creates a link. */
export interface QuickDraft {
  target: string;
  alias: string;
}

/** What stays in the fields after a creation: only what was typed while it was running. */
export function leftAfter(typed: QuickDraft, sent: QuickDraft): QuickDraft {
  return {
    target: typed.target === sent.target ? "" : typed.target,
    alias: typed.alias === sent.alias ? "" : typed.alias,
  };
}

/** What a refused creation says about the alias and the domain in front of it. */
export function aliasError(problem: ApiProblem | null): string | null {
  if (problem === null) return null;
  const error = problem.at("/alias") ?? problem.at("/domain");
  if (error) return text.sentence(error.detail);
  return problem.code === "alias_taken" || problem.code === "alias_retired" ? text.create.reasons[problem.code] : null;
}

/** Whether each error of a problem is shown at its field. */
export function isShownAtFields(problem: ApiProblem): boolean {
  if (problem.errors.length === 0) return aliasError(problem) !== null;
  return problem.errors.every(({ field }) => /^\/(target|alias|domain)(\/|$)/.test(field));
}
