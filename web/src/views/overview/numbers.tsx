import { text } from "../../text";
import { change, number } from "../../ui/format";
import type { Overview } from "./load";
import { ratio } from "./period";

const NUMBERS = ["humans", "visitor_days", "bots", "previews"] as const;

/** The large numbers, people first, with the change from the period before. */
export function Numbers({ stats }: { stats: Overview }) {
  const words = text.overview;
  return (
    <dl class="numbers">
      {NUMBERS.map((name) => (
        <div key={name} class="card" title={words.hints[name]}>
          <dt class="soft">{words.numbers[name]}</dt>
          <dd>
            <b>{number(stats.totals[name])}</b>
            {stats.previous && (
              <Change value={stats.totals[name]} before={stats.previous[name]} isJudged={name !== "bots"} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Fewer or more machines are neither good nor bad. */
function Change({ value, before, isJudged }: { value: number; before: number; isJudged: boolean }) {
  const by = ratio(value, before);
  if (value === 0 && before === 0) return null;
  const tone = !isJudged || value === before ? "quiet" : value > before ? "change ok" : "change bad";
  return (
    <span class={tone} title={text.overview.before(before)}>
      {by === null ? text.overview.fromNothing : change(by)}
      <span class="hidden">, {text.overview.before(before)}</span>
    </span>
  );
}
