import { describe, expect, it } from "vitest";
import { localOf, utcOf } from "../src/ui/local-time";

const BERLIN = "Europe/Berlin";

describe("local time and UTC", () => {
  it.each([
    ["2026-01-15T12:00", "2026-01-15T11:00:00Z"],
    ["2026-07-15T12:00", "2026-07-15T10:00:00Z"],
    ["2026-07-15T12:00:07", "2026-07-15T10:00:07Z"],
    ["2026-03-29T01:59", "2026-03-29T00:59:00Z"],
    ["2026-03-29T03:00", "2026-03-29T01:00:00Z"],
  ])("reads %s in Berlin as %s and back", (local, utc) => {
    expect(utcOf(local, BERLIN)).toEqual({ utc, kind: "once" });
    expect(localOf(utc, BERLIN)).toBe(local);
  });

  it("moves a skipped time by as much as clocks are moved", () => {
    expect(utcOf("2026-03-29T02:30", BERLIN)).toEqual({ utc: "2026-03-29T01:30:00Z", kind: "skipped" });
    expect(localOf("2026-03-29T01:30:00Z", BERLIN)).toBe("2026-03-29T03:30");
    // Half an hour.
    expect(utcOf("2026-10-04T02:15", "Australia/Lord_Howe")).toEqual({ utc: "2026-10-03T15:45:00Z", kind: "skipped" });
  });

  it("takes the first of a repeated time", () => {
    expect(utcOf("2026-10-25T02:30", BERLIN)).toEqual({ utc: "2026-10-25T00:30:00Z", kind: "repeated" });
  });

  it("knows zones far from UTC", () => {
    expect(utcOf("2026-01-01T00:00", "Pacific/Kiritimati")?.utc).toBe("2025-12-31T10:00:00Z");
    expect(utcOf("2025-12-31T23:00", "Pacific/Pago_Pago")?.utc).toBe("2026-01-01T10:00:00Z");
    expect(utcOf("2026-06-01T00:00", "Asia/Kathmandu")?.utc).toBe("2026-05-31T18:15:00Z");
  });

  it("reads nothing from what is no time", () => {
    expect(utcOf("", BERLIN)).toBeNull();
    expect(utcOf("soon", BERLIN)).toBeNull();
    expect(localOf(null, BERLIN)).toBe("");
    expect(localOf("soon", BERLIN)).toBe("");
  });
});
