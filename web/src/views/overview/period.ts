// Periods of the overview, and its dates in words.
import { boundsOf, type Unit, type Period as UsualPeriod } from "../../state/period";

export const PERIODS = ["24h", "7d", "28d", "12m"] as const;
export type Period = (typeof PERIODS)[number];

export interface PeriodQuery {
  from: string;
  /** Without it, the period ends with today. */
  to?: string;
  granularity: Unit;
  tz: string;
}

const PARTS: Record<Period, readonly [UsualPeriod, Unit]> = {
  "24h": ["day", "hour"],
  "7d": ["week", "day"],
  "28d": ["month", "day"],
  "12m": ["year", "month"],
};

/** The parameters that ask for a period, which ends with today or this hour. */
export function periodQuery(period: Period, now: number, tz: string): PeriodQuery {
  const [usual, granularity] = PARTS[period];
  const { from, to } = boundsOf(usual, now, tz);
  return granularity === "hour" ? { from, to, granularity, tz } : { from, granularity, tz };
}

const DAY = 24 * 60 * 60 * 1000;
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A UTC date of the API. */
export function utcDay(date: string): string {
  return days.format(new Date(`${date}T00:00:00Z`));
}

/** The day before a UTC date: the API names the day after the last one. */
export function lastDay(to: string): string {
  return new Date(Date.parse(`${to}T00:00:00Z`) - DAY).toISOString().slice(0, 10);
}

/** The change to a number from the one before. `null`: there was nothing before. */
export function ratio(value: number, before: number): number | null {
  return before === 0 ? null : (value - before) / before;
}
