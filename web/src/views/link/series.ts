import type { Schemas } from "../../api/client";
import type { Unit } from "../../state/period";
import type { Bar } from "../../ui/chart";
import { unitInFull, unitShort } from "../../ui/format";

type Stats = Schemas["Stats"];

/** The series of statistics as bars of the chart. */
export function barsOf({ series, granularity }: Pick<Stats, "series" | "granularity">): Bar[] {
  return series.map(({ start, humans, bots, previews }) => ({
    label: unitShort(start, granularity),
    title: unitInFull(start, granularity),
    people: humans,
    machines: bots,
    previews,
  }));
}

/** The ratio of a change; `null` if there was nothing before that it could be compared with. */
export function changeOf(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / before;
}

export const isEmpty = ({ humans, bots, previews }: Stats["totals"]): boolean => humans + bots + previews === 0;

/** What differs from the period of the totals: the UTC days that dimensions and visitors cover. `null` if nothing. */
export function otherDays({ from, to, whole_days }: Pick<Stats, "from" | "to" | "whole_days">): Days | null {
  const covers = Date.parse(whole_days.from) === Date.parse(from) && Date.parse(whole_days.to) === Date.parse(to);
  if (covers) return null;
  // The day after the last one becomes the last one.
  const last = new Date(Date.parse(whole_days.to) - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  return { first: whole_days.from, last, isNone: whole_days.from === whole_days.to };
}

export interface Days {
  first: string;
  last: string;
  /** No day begins within the period. */
  isNone: boolean;
}

/** The name of the file with the series. */
export const csvName = (alias: string, { from, to }: { from: string; to: string }, unit: Unit): string =>
  `${alias}-${unit}-${from.slice(0, 10)}-${to.slice(0, 10)}.csv`;
