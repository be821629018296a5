import type { Schemas } from "../../api/client";

export type Rule = Schemas["Rule"];

/** A rule as a sentence: "If country is Germany and language is German, go to …". */
export function RuleSentence({ rule, people }: { rule: Rule; people?: number }) {
  return (
    <span>
      {rule.target} {people}
    </span>
  );
}
