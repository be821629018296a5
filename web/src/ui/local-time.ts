/** Times of a time zone as the fields of a page show them: `2026-11-30T16:22`. */

/** What a local time means when clocks are moved: it is skipped, or there twice. */
export interface Moment {
  utc: string;
  kind: "once" | "skipped" | "repeated";
}

const DAY = 24 * 60 * 60 * 1000;

/** The time zone of the browser. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A moment as local time, with seconds only if it has some. Empty for no moment. */
export function localOf(utc: string | null, zone: string): string {
  const at = Date.parse(utc ?? "");
  if (Number.isNaN(at)) return "";
  const local = new Date(at + offsetAt(at, zone)).toISOString();
  return local.slice(17, 19) === "00" ? local.slice(0, 16) : local.slice(0, 19);
}

/**
 * The moment of a local time. A skipped time becomes later by as much as clocks are moved; of a repeated time it is the
 * first. `null` if the text is no time.
 */
export function utcOf(local: string, zone: string): Moment | null {
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(local)) return null;
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  const before = offsetAt(asUtc - DAY, zone);
  const after = offsetAt(asUtc + DAY, zone);
  const moments = [...new Set([before, after])]
    .map((offset) => ({ at: asUtc - offset, offset }))
    .filter(({ at, offset }) => offsetAt(at, zone) === offset)
    .map(({ at }) => at)
    .sort((one, other) => one - other);
  const [first] = moments;
  if (first === undefined) return { utc: rfc3339(asUtc - before), kind: "skipped" };
  return { utc: rfc3339(first), kind: moments.length > 1 ? "repeated" : "once" };
}

function rfc3339(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the zone is ahead of UTC, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const digits = "2-digit";
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    });
    clocks.set(zone, clock);
  }
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
