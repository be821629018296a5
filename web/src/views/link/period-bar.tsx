import { PERIODS, UNITS } from "../../state/period";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { CheckField } from "../../ui/field";
import type { Question } from "./load-statistics";

/** The period of the statistics, kept in the address. */
export function PeriodBar({ question }: { question: Question }) {
  const { period, isCompared } = question;
  return (
    <div class="period-bar">
      <fieldset class="chips">
        <legend class="hidden">{text.link.period}</legend>
        {PERIODS.map((one) => (
          <button
            key={one}
            type="button"
            class="chip"
            aria-pressed={one === period}
            onClick={() => ask({ period: one, unit: null })}
          >
            {text.link.periods[one]}
          </button>
        ))}
      </fieldset>
      <span class="spacer" />
      <CheckField
        label={<span class="quiet">{text.link.compare[period]}</span>}
        isOn={isCompared}
        onToggle={(isOn) => ask({ compare: isOn ? null : "no" })}
      />
    </div>
  );
}

/** The unit of the chart, if the period has more than one that is readable. */
export function UnitChoice({ question: { period, unit } }: { question: Question }) {
  if (UNITS[period].length < 2) return null;
  return (
    <fieldset class="chips">
      <legend class="hidden">{text.link.unit}</legend>
      {UNITS[period].map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={one === unit} onClick={() => ask({ unit: one })}>
          {text.link.units[one]}
        </button>
      ))}
    </fieldset>
  );
}

function ask(change: Record<string, string | null>): void {
  const { path, query } = route.peek();
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  replaceAddress(href(path, changed));
}
