import "./rules.css";
import type { Schemas } from "../../api/client";
import { text } from "../../text";
import { type Part, ruleParts, shortTarget } from "./sentence";

export type Rule = Schemas["Rule"];

/** A rule as a sentence: "If country is Germany and language is German, go to …". */
export function RuleSentence({ rule, people }: { rule: Pick<Rule, "when" | "target">; people?: number }) {
  return (
    <span class="rule-sentence">
      <Sentence parts={ruleParts(rule.when)} />
      {rule.target === "" ? (
        <span class="soft">{text.rules.noTarget}</span>
      ) : (
        <bdi class="rule-target" title={rule.target}>
          {shortTarget(rule.target)}
        </bdi>
      )}
      {people !== undefined && <span class="rule-people"> {text.rules.people(people)}</span>}
    </span>
  );
}

/** A sentence about conditions. Text of people is isolated, so that its direction does not disturb the rest. */
export function Sentence({ parts }: { parts: readonly Part[] }) {
  return (
    <>
      {parts.map((part, index) =>
        part.kind === "plain" ? (
          part.text
        ) : (
          // The parts of a sentence have no identity but their place.
          <bdi key={`${index}`} class={part.kind === "name" ? "rule-name" : "rule-value"}>
            {part.text}
          </bdi>
        ),
      )}
    </>
  );
}
