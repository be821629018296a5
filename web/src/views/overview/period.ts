// Periods of statistics, in the calendar of a time zone.

export const PERIODS = ["24h", "7d", "28d", "12m"] as const;
export type Period = (typeof PERIODS)[number];
export type Granularity = "hour" | "day" | "week" | "month";

export interface PeriodQuery {
  from: string;
  /** Without it, the period ends with today. */
  to?: string;
  granularity: Granularity;
  tz: string;
}

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The parameters that ask for a period, which ends with today or this hour. */
export function periodQuery(period: Period, now: number, tz: string): PeriodQuery {
  switch (period) {
    case "24h": {
      const to = Math.ceil(now / HOUR) * HOUR;
      return { from: moment(to - DAY), to: moment(to), granularity: "hour", tz };
    }
    case "7d":
      return { from: dayBefore(today(now, tz), 6), granularity: "day", tz };
    case "28d":
      return { from: dayBefore(today(now, tz), 27), granularity: "day", tz };
    case "12m":
      return { from: monthBefore(today(now, tz), 11), granularity: "month", tz };
  }
}

/** The date in a time zone, as `2026-11-30`. */
export function today(now: number, tz: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: tz, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(now);
}

function dayBefore(date: string, days: number): string {
  return moment(Date.parse(`${date}T00:00:00Z`) - days * DAY).slice(0, 10);
}

/** The first of the month that is so many months before. */
function monthBefore(date: string, months: number): string {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return moment(Date.UTC(year, month - 1 - months, 1)).slice(0, 10);
}

function moment(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** A UTC date of the API. */
export function utcDay(date: string): string {
  return days.format(new Date(`${date}T00:00:00Z`));
}

/** The day before a UTC date: the API names the day after the last one. */
export function lastDay(to: string): string {
  return dayBefore(to, 1);
}

/** The change to a number from the one before. `null`: there was nothing before. */
export function ratio(value: number, before: number): number | null {
  return before === 0 ? null : (value - before) / before;
}
