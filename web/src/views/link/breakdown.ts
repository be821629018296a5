import type { Schemas } from "../../api/client";

type Breakdown = Schemas["Stats"]["by"][string];
type Counts = Breakdown["other"];

/** One line of a breakdown. */
export interface Line {
  /** `null`: all values that are not listed, and unknown ones. */
  value: string | null;
  count: number;
  /** The upper bound of an estimated number; `null` for an exact one. */
  atMost: number | null;
}

/** The API lists at most this many values. */
const MOST_VALUES = 100;

/** Whether values are missing from the list, so that the rest is not only what is unknown. */
export const isCut = ({ items }: Breakdown): boolean => items.length >= MOST_VALUES;

/** The lines of people, largest first, and what remains at the end. */
export function linesOfPeople(breakdown: Breakdown): Line[] {
  return lines(breakdown, ({ humans }) => humans);
}

/** The lines of machines and previews. */
export function linesOfMachines(breakdown: Breakdown): Line[] {
  return lines(breakdown, ({ bots, previews }) => bots + previews).map((line) => ({ ...line, atMost: null }));
}

function lines({ items, other }: Breakdown, count: (counts: Counts) => number): Line[] {
  const values = items
    .map((item) => ({
      value: item.value,
      count: count(item),
      atMost: item.at_most === null || item.at_most === item.humans ? null : item.at_most,
    }))
    .filter((line) => line.count > 0 || (line.atMost ?? 0) > 0)
    .sort((one, two) => two.count - one.count);
  const rest = count(other);
  return rest > 0 ? [...values, { value: null, count: rest, atMost: null }] : values;
}

/** How many people each rule led somewhere, by the id of the rule. */
export function peopleByRule(breakdown: Breakdown | undefined): { taken: ReadonlyMap<string, number>; others: number } {
  return {
    taken: new Map(breakdown?.items.map(({ value, humans }) => [value, humans])),
    others: breakdown?.other.humans ?? 0,
  };
}
