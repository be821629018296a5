import type { Link, Schemas } from "../../api/client";
import { text } from "../../text";
import { country } from "../../ui/format";
import { failedParts } from "./sentence";
import { RuleSentence, Sentence } from "./words";

export type Explanation = Schemas["Explanation"];

/** What a visitor would get, and why. */
export function Answer({ explanation, link }: { explanation: Explanation; link: Link }) {
  const { answer, target, status, rules, visitor, counted_as, spends_a_click } = explanation;
  const words = text.explain;
  return (
    <>
      <p class="explain-answer">
        {words.answers[answer]}
        {target !== null && (
          <>
            {" "}
            <bdi class="rule-target">{target}</bdi>
          </>
        )}{" "}
        <span class="badge">{words.status(status)}</span>
      </p>
      <p class="quiet">
        {visitorWords(visitor)} {visitor.because !== null && becauseWords(visitor.because)}{" "}
        {words.counted[counted_as ?? "none"]} {spends_a_click && words.spends}
      </p>
      {rules.length === 0 ? (
        <p class="quiet">{words.noRules}</p>
      ) : (
        <ol class="explain-rules">
          {rules.map(({ id, verdict, failed }, index) => {
            const rule = link.rules.find((one) => one.id === id);
            const condition = failed === null ? undefined : rule?.when[failed.condition];
            return (
              <li key={id} class={`explain-rule ${verdict}`}>
                <span class={verdict === "holds" ? "badge info" : "badge"}>
                  {words.rule(index + 1)} {words.verdicts[verdict]}
                </span>
                {rule && <RuleSentence rule={rule} />}
                {condition && (
                  <span class="explain-why">
                    {words.because}
                    <Sentence parts={failedParts(condition, visitor)} />.
                  </span>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {rules.length > 0 && explanation.rule === null && answer === "redirect" && <p class="quiet">{words.noRule}</p>}
    </>
  );
}

function visitorWords(visitor: Explanation["visitor"]): string {
  const { rules, explain } = text;
  const known = [
    visitor.device && rules.devices[visitor.device],
    visitor.os && rules.systems[visitor.os],
    visitor.browser && rules.browsers[visitor.browser],
    visitor.country && country(visitor.country),
  ];
  return explain.seenAs(
    explain.kinds[visitor.kind],
    known.filter((one) => one !== null),
  );
}

function becauseWords(word: string): string {
  return text.explain.reasons[word] ?? text.explain.reason(word);
}
