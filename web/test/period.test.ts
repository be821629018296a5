import { describe, expect, it } from "vitest";
import { lastDay, periodQuery, ratio } from "../src/views/overview/period";

const NOW = Date.parse("2026-11-30T23:20:00Z");

describe("periods", () => {
  it("end with today in the zone", () => {
    expect(periodQuery("7d", NOW, "Europe/Berlin")).toEqual({
      from: "2026-11-25",
      granularity: "day",
      tz: "Europe/Berlin",
    });
    expect(periodQuery("28d", NOW, "UTC").from).toBe("2026-11-03");
    expect(periodQuery("12m", NOW, "Europe/Berlin")).toMatchObject({ from: "2026-01-01", granularity: "month" });
    expect(periodQuery("12m", NOW, "UTC").from).toBe("2025-12-01");
  });

  it("of hours end with this hour", () => {
    expect(periodQuery("24h", NOW, "UTC")).toMatchObject({
      from: "2026-11-30T00:00:00.000Z",
      to: "2026-12-01T00:00:00.000Z",
    });
  });

  it("end with their last day", () => {
    expect(lastDay("2026-12-01")).toBe("2026-11-30");
  });

  it("compare with the period before", () => {
    expect(ratio(118, 100)).toBeCloseTo(0.18);
    expect(ratio(5, 0)).toBeNull();
  });
});
