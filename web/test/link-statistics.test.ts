import { describe, expect, it } from "vitest";
import { asPeriod, asUnit, boundsOf } from "../src/state/period";
import { labelled, levels } from "../src/ui/chart-scale";
import { linesOfMachines, linesOfPeople, peopleByRule } from "../src/views/link/breakdown";
import { barsOf, changeOf, csvName, otherDays } from "../src/views/link/series";

const at = (time: string) => Date.parse(time);

describe("periods", () => {
  it.each([
    ["day", "2026-11-21T08:20:30Z", "UTC", "2026-11-20T09:00:00.000Z", "2026-11-21T09:00:00.000Z"],
    // The clocks of India are half an hour apart from those of UTC.
    ["day", "2026-11-21T08:20:30Z", "Asia/Kolkata", "2026-11-20T08:30:00.000Z", "2026-11-21T08:30:00.000Z"],
    ["week", "2026-11-21T08:20:30Z", "UTC", "2026-11-15", "2026-11-22"],
    // It is the next day there already.
    ["week", "2026-11-21T20:00:00Z", "Asia/Tokyo", "2026-11-16", "2026-11-23"],
    ["week", "2026-03-03T12:00:00Z", "UTC", "2026-02-25", "2026-03-04"],
    ["month", "2026-11-21T08:20:30Z", "UTC", "2026-10-25", "2026-11-22"],
    ["month", "2026-12-31T12:00:00Z", "UTC", "2026-12-04", "2027-01-01"],
    ["year", "2026-11-21T08:20:30Z", "UTC", "2025-12-01", "2026-12-01"],
    ["year", "2026-12-31T23:30:00Z", "Europe/Berlin", "2026-02-01", "2027-02-01"],
  ] as const)("%s at %s in %s", (period, now, tz, from, to) => {
    expect(boundsOf(period, at(now), tz)).toEqual({ from, to });
  });

  it("keeps 24 hours when the clocks change", () => {
    const { from, to } = boundsOf("day", at("2026-10-25T03:10:00Z"), "Europe/Berlin");
    expect(at(to) - at(from)).toBe(24 * 60 * 60 * 1000);
  });

  it("ignores what an address should not say", () => {
    expect(asPeriod("century")).toBe("month");
    expect(asUnit("hour", "month")).toBe("day");
    expect(asUnit("week", "month")).toBe("week");
  });
});

describe("chart data", () => {
  const counts = { humans: 3, bots: 2, previews: 1, uniques: null };

  it("reads units on the clocks of the time zone", () => {
    const series = [{ start: "2026-11-21T00:00:00+09:00", ...counts }];
    expect(barsOf({ series, granularity: "day" })).toEqual([
      { label: "21 Nov", title: "Sat, 21 Nov 2026", people: 3, machines: 2, previews: 1 },
    ]);
  });

  it("labels midnight with its day", () => {
    const starts = ["2026-11-21T23:00:00-05:00", "2026-11-22T00:00:00-05:00"];
    const series = starts.map((start) => ({ start, ...counts }));
    expect(barsOf({ series, granularity: "hour" }).map(({ label }) => label)).toEqual(["23:00", "22 Nov"]);
  });

  it("spreads labels and levels", () => {
    expect(labelled(28, 640, 64)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    expect(labelled(168, 500, 64)).toEqual([0, 24, 48, 72, 96, 120, 144]);
    expect(labelled(3, 10, 64)).toEqual([0]);
    expect(labelled(0, 640, 64)).toEqual([]);
    expect(levels(0)).toEqual([0, 1]);
    expect(levels(3)).toEqual([0, 1, 2, 3]);
    expect(levels(9)).toEqual([0, 5, 10]);
    expect(levels(12_482)).toEqual([0, 5_000, 10_000, 15_000]);
  });

  it("compares with nothing without dividing by zero", () => {
    expect(changeOf(118, 100)).toBeCloseTo(0.18);
    expect(changeOf(5, 0)).toBeNull();
  });

  it("tells which days the lists cover", () => {
    const whole_days = { from: "2026-11-01", to: "2026-11-03" };
    expect(otherDays({ from: "2026-11-01T00:00:00Z", to: "2026-11-03T00:00:00Z", whole_days })).toBeNull();
    expect(otherDays({ from: "2026-11-01T00:00:00+01:00", to: "2026-11-03T00:00:00+01:00", whole_days })).toEqual({
      first: "2026-11-01",
      last: "2026-11-02",
      isNone: false,
    });
    const none = { from: "2026-11-01", to: "2026-11-01" };
    const hour = { from: "2026-11-01T08:00:00Z", to: "2026-11-01T09:00:00Z", whole_days: none };
    expect(otherDays(hour)?.isNone).toBe(true);
  });

  it("names the file by what is in it", () => {
    const bounds = { from: "2026-11-01T00:00:00+01:00", to: "2026-11-29T00:00:00+01:00" };
    expect(csvName("docs", bounds, "day")).toBe("docs-day-2026-11-01-2026-11-29.csv");
  });
});

describe("breakdowns", () => {
  const item = (value: string, humans: number, bots = 0, at_most: number | null = null) => ({
    value,
    humans,
    bots,
    previews: 0,
    at_most,
  });
  const other = { humans: 4, bots: 1, previews: 2 };

  it("lists people with what remains at the end", () => {
    expect(linesOfPeople({ items: [item("DE", 2), item("AT", 5), item("FR", 0, 9)], other })).toEqual([
      { value: "AT", count: 5, atMost: null },
      { value: "DE", count: 2, atMost: null },
      { value: null, count: 4, atMost: null },
    ]);
  });

  it("keeps bounds only of estimates", () => {
    const items = [item("a.example", 5, 0, 6), item("b.example", 3, 0, 3), item("c.example", 0, 0, 1)];
    expect(linesOfPeople({ items, other: { humans: 0, bots: 0, previews: 0 } })).toEqual([
      { value: "a.example", count: 5, atMost: 6 },
      { value: "b.example", count: 3, atMost: null },
      { value: "c.example", count: 0, atMost: 1 },
    ]);
  });

  it("counts machines and previews together", () => {
    const items = [{ value: "curl/", humans: 0, bots: 2, previews: 0, at_most: null }];
    expect(linesOfMachines({ items, other })).toEqual([
      { value: "curl/", count: 2, atMost: null },
      { value: null, count: 3, atMost: null },
    ]);
  });

  it("counts people of each rule and of none", () => {
    const { taken, others } = peopleByRule({ items: [item("de", 7)], other });
    expect([taken.get("de"), taken.get("x"), others]).toEqual([7, undefined, 4]);
    expect(peopleByRule(undefined).others).toBe(0);
  });
});
