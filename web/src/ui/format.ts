import { now } from "../api/clock";

const LOCALE = "en-GB";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const integers = new Intl.NumberFormat(LOCALE);
const compacts = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(LOCALE, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});
const shares = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const relatives = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "narrow" });
const days = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const years = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const moments = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "long" });
const shortTimes = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const plurals = new Intl.PluralRules(LOCALE);
const lists = new Intl.ListFormat(LOCALE, { type: "conjunction" });
const alternatives = new Intl.ListFormat(LOCALE, { type: "disjunction" });

export const number = (value: number): string => integers.format(value);
export const compact = (value: number): string => compacts.format(value);
/** A change such as `+18 %`. */
export const change = (ratio: number): string => percents.format(ratio);
export const share = (ratio: number): string => shares.format(ratio);
export const and = (words: readonly string[]): string => lists.format(words);
export const or = (words: readonly string[]): string => alternatives.format(words);

/** `1 link`, `2 links`. */
export function count(value: number, one: string, other: string): string {
  return `${number(value)} ${plurals.select(value) === "one" ? one : other}`;
}

/** A time as people say it: relative within a week, a date otherwise. */
export function when(time: string | number): string {
  const at = typeof time === "number" ? time : Date.parse(time);
  if (Number.isNaN(at)) return "";
  const distance = at - now();
  const size = Math.abs(distance);
  if (size < MINUTE) return distance > 0 ? "in a moment" : "just now";
  // Rounding may reach the next unit, which then says it better.
  if (size < 59.5 * MINUTE) return relatives.format(Math.round(distance / MINUTE), "minute");
  if (size < 23.5 * HOUR) return relatives.format(Math.round(distance / HOUR), "hour");
  if (size < 6.5 * DAY) return relatives.format(Math.round(distance / DAY), "day");
  return day(at);
}

/** A date, with the year unless it is this one. */
export function day(time: string | number): string {
  const date = new Date(time);
  return date.getFullYear() === new Date(now()).getFullYear() ? days.format(date) : years.format(date);
}

/** A time in full, with its zone. */
export const fullTime = (time: string | number): string => moments.format(new Date(time));

/** A date and a time, such as `30 Nov 2026, 16:22 CET`. */
export const shortTime = (time: string): string => shortTimes.format(new Date(time));

const regions = new Intl.DisplayNames(LOCALE, { type: "region", fallback: "code" });
const languages = new Intl.DisplayNames(LOCALE, { type: "language", fallback: "code" });

export function country(code: string): string {
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

export function language(tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A date of the calendar without a time, such as `2026-11-21`. */
export const date = (text: string): string => localDays.format(new Date(`${text}T00:00:00Z`));

type Unit = "hour" | "day" | "week" | "month";

const zone = { timeZone: "UTC" } as const;
const localDays = new Intl.DateTimeFormat(LOCALE, { ...zone, day: "numeric", month: "short" });
const localHours = new Intl.DateTimeFormat(LOCALE, { ...zone, hour: "2-digit", minute: "2-digit" });
const localMonths = new Intl.DateTimeFormat(LOCALE, { ...zone, month: "short" });
const fullHours = new Intl.DateTimeFormat(LOCALE, {
  ...zone,
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const fullDays = new Intl.DateTimeFormat(LOCALE, {
  ...zone,
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const fullMonths = new Intl.DateTimeFormat(LOCALE, { ...zone, month: "long", year: "numeric" });

/** A unit of a series for an axis. Its start has an offset, and is read on the clocks of that place. */
export function unitShort(start: string, unit: Unit): string {
  const at = onItsClocks(start);
  if (unit === "month") return localMonths.format(at);
  return unit === "hour" && at.getUTCHours() + at.getUTCMinutes() > 0 ? localHours.format(at) : localDays.format(at);
}

export function unitInFull(start: string, unit: Unit): string {
  const at = onItsClocks(start);
  if (unit === "month") return fullMonths.format(at);
  if (unit === "hour") return fullHours.format(at);
  return unit === "week" ? `Week of ${fullDays.format(at)}` : fullDays.format(at);
}

const onItsClocks = (start: string): Date => new Date(`${start.slice(0, 19)}Z`);
