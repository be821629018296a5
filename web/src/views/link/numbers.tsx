import { text } from "../../text";
import { change as inPercent, number } from "../../ui/format";
import type { Stats } from "./load-statistics";
import { changeOf } from "./series";

/** The four numbers of a period, each with its change. */
export function Numbers({ stats }: { stats: Stats }) {
  const { totals, previous, precision } = stats;
  const { numbers } = text.link;
  return (
    <dl class="numbers">
      <Count label={numbers.people} hint={numbers.peopleHint} now={totals.humans} before={previous?.humans} isGood />
      <Count
        label={numbers.visitors}
        hint={numbers.visitorsHint(precision.uniques_error)}
        now={totals.visitor_days}
        before={previous?.visitor_days}
        isGood
      />
      <Count label={numbers.machines} hint={numbers.machinesHint} now={totals.bots} before={previous?.bots} />
      <Count label={numbers.previews} hint={numbers.previewsHint} now={totals.previews} before={previous?.previews} />
    </dl>
  );
}

interface CountProps {
  label: string;
  hint: string;
  now: number;
  before: number | undefined;
  /** Whether more is better. */
  isGood?: boolean;
}

function Count({ label, hint, now, before, isGood = false }: CountProps) {
  return (
    <div class="card number-place">
      <dt>{label}</dt>
      <dd class="number-line">
        <b>{number(now)}</b>
        {before !== undefined && <Difference now={now} before={before} isGood={isGood} />}
      </dd>
      <dd class="quiet">{hint}</dd>
    </div>
  );
}

function Difference({ now, before, isGood }: { now: number; before: number; isGood: boolean }) {
  const ratio = changeOf(now, before);
  if (ratio === null) return now === 0 ? null : <span class="quiet">{text.link.numbers.newSince}</span>;
  const tone = !isGood || ratio === 0 ? "" : ratio > 0 ? "up" : "down";
  return (
    <span class={`change ${tone}`} title={text.link.numbers.before(before)}>
      {inPercent(ratio)}
      <span class="hidden">, {text.link.numbers.before(before)}</span>
    </span>
  );
}
