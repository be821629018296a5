import type { Link } from "../../api/client";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { linkAddress } from "../links/row";
import { RuleSentence } from "../rules/words";
import type { peopleByRule } from "./breakdown";
import { mayChange } from "./rights";

interface RulesCardProps {
  link: Link;
  /** `null`: the statistics do not answer, or may not be seen. */
  people: ReturnType<typeof peopleByRule> | null;
  onTry: () => void;
}

/** The rules of a link as sentences, with the number of people that each led somewhere. */
export function RulesCard({ link, people, onTry }: RulesCardProps) {
  const canEdit = link.state !== "deleted" && mayChange(link);
  return (
    <section class="card rules-card">
      <h2>{text.link.rules}</h2>
      {link.rules.length === 0 ? (
        <p class="soft">{text.link.noRules}</p>
      ) : (
        <>
          <ol class="rule-sentences">
            {link.rules.map((rule) => (
              <li key={rule.id}>
                <RuleSentence rule={rule} {...(people && { people: people.taken.get(rule.id) ?? 0 })} />
              </li>
            ))}
          </ol>
          <p class="soft">
            {text.link.everybodyElse} {people && <span class="rule-people">{text.rules.people(people.others)}</span>}
          </p>
        </>
      )}
      <div class="row-line">
        {canEdit && (
          <LinkButton href={`${linkAddress(link, "edit")}?open=rules`}>
            {link.rules.length === 0 ? text.link.addRules : text.link.editRules}
          </LinkButton>
        )}
        <Button onClick={onTry}>{text.link.try}</Button>
      </div>
    </section>
  );
}
