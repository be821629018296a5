import type { Schemas } from "../api/client";

export type Unit = Schemas["Stats"]["granularity"];
export const PERIODS = ["day", "week", "month", "year"] as const;
/** 24 hours, 7 days, 28 days, 12 months. */
export type Period = (typeof PERIODS)[number];

/** The units that divide a period into a readable number of bars. The first is the usual one. */
export const UNITS: Record<Period, readonly Unit[]> = {
  day: ["hour"],
  week: ["day", "hour"],
  month: ["day", "week"],
  year: ["month", "week"],
};

export const asPeriod = (name: string | null): Period => PERIODS.find((period) => period === name) ?? "month";

export function asUnit(name: string | null, period: Period): Unit {
  const [usual = "day"] = UNITS[period];
  return UNITS[period].find((unit) => unit === name) ?? usual;
}

/** The bounds of a period for the API: dates in the time zone, or moments for hours. `to` is not part of it. */
export interface Bounds {
  from: string;
  to: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A period that ends with the current hour, day or month of the time zone. */
export function boundsOf(period: Period, now: number, tz: string): Bounds {
  const local = partsOf(now, tz);
  switch (period) {
    case "day": {
      // The next full hour on the clocks of the zone, which may differ from UTC by half an hour.
      const end = now - (now % MINUTE) - local.minute * MINUTE + HOUR;
      return { from: new Date(end - DAY).toISOString(), to: new Date(end).toISOString() };
    }
    case "week":
      return { from: date(local.year, local.month, local.day - 6), to: date(local.year, local.month, local.day + 1) };
    case "month":
      return { from: date(local.year, local.month, local.day - 27), to: date(local.year, local.month, local.day + 1) };
    case "year":
      return { from: date(local.year, local.month - 11, 1), to: date(local.year, local.month + 1, 1) };
  }
}

/** The IANA name of the browser's time zone; UTC if it has none. */
export function browserZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zone === "Etc/Unknown" ? "UTC" : zone;
}

/** A date of the calendar. Days and months may be out of range, and are carried over. */
function date(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

function partsOf(time: number, tz: string) {
  const format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone: tz,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    minute: "numeric",
  });
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return { year: part("year"), month: part("month"), day: part("day"), minute: part("minute") };
}
