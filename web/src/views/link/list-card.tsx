import { useSignal } from "@preact/signals";
import type { Link, Schemas } from "../../api/client";
import { text } from "../../text";
import { country, language, number } from "../../ui/format";
import { isCut, type Line, linesOfMachines, linesOfPeople } from "./breakdown";
import { reasonInWords } from "./reasons";

export type Dimension = keyof typeof text.link.lists;

/** Lines that are shown at first. */
const SHORT = 6;

interface ListCardProps {
  dimension: Dimension;
  breakdown: Schemas["Stats"]["by"][string] | undefined;
  rules: Link["rules"];
}

/** The people of a period by country, referrer, and so on; the machines by why they were recognised. */
export function ListCard({ dimension, breakdown, rules }: ListCardProps) {
  const isLong = useSignal(false);
  const isOfMachines = dimension === "reason";
  const all = breakdown === undefined ? [] : isOfMachines ? linesOfMachines(breakdown) : linesOfPeople(breakdown);
  const most = Math.max(1, ...all.map(({ count }) => count));
  const shown = isLong.value ? all : all.slice(0, SHORT);
  return (
    <section class="card list-of">
      <h2>{text.link.lists[dimension]}</h2>
      {isOfMachines && <p class="quiet">{text.link.reasonsHint}</p>}
      {all.length === 0 ? (
        <p class="quiet">{text.link.nothing}</p>
      ) : (
        <ul class={isOfMachines ? "bar-list of-machines" : "bar-list"}>
          {shown.map((line) => (
            <li key={line.value ?? ""} class={line.value === null ? "rest" : undefined}>
              <span class="fill" style={{ width: `${(line.count / most) * 100}%` }} />
              <span class="label clip" dir="auto" title={line.value ?? undefined}>
                {line.value === null
                  ? breakdown && isCut(breakdown)
                    ? text.link.otherValues
                    : text.link.unknown[dimension]
                  : inWords(dimension, line.value, rules)}
              </span>
              <Amount line={line} />
            </li>
          ))}
        </ul>
      )}
      {all.length > SHORT && (
        <button
          type="button"
          class="chip"
          aria-expanded={isLong.value}
          onClick={() => {
            isLong.value = !isLong.value;
          }}
        >
          {isLong.value ? text.link.showFewer : text.link.showAll(all.length)}
        </button>
      )}
    </section>
  );
}

/** An exact number, or the bounds of an estimated one. */
function Amount({ line: { count, atMost } }: { line: Line }) {
  return atMost === null ? (
    <b>{number(count)}</b>
  ) : (
    <b title={text.link.estimated}>{text.link.between(count, atMost)}</b>
  );
}

export function ListSkeleton() {
  return <div class="skeleton list-of" />;
}

/** A value of a dimension as people call it. */
export function inWords(dimension: Dimension, value: string, rules: Link["rules"]): string {
  const named = (names: Record<string, string>) => (Object.hasOwn(names, value) ? (names[value] ?? value) : value);
  switch (dimension) {
    case "country":
      return country(value);
    case "language":
      return language(value);
    case "device":
      return named(text.link.devices);
    case "os":
      return named(text.link.systems);
    case "browser":
      return named(text.link.browsers);
    case "reason":
      return reasonInWords(value);
    case "rule": {
      const place = rules.findIndex(({ id }) => id === value);
      return place < 0 ? text.link.formerRule(value) : text.link.ruleNumber(place + 1, value);
    }
    case "referrer":
      return value;
  }
}
