import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { learnTime, now } from "../src/api/clock";
import { count, country, when } from "../src/ui/format";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  learnTime(new Response());
  vi.useRealTimers();
});

describe("times", () => {
  it.each([
    [0, "just now"],
    [20_000, "in a moment"],
    [-89_000, "1 min ago"],
    [6 * 24 * HOUR - 5_000, "in 6 days"],
    [-23.7 * HOUR, "yesterday"],
    [-2 * HOUR, "2 hr? ago"],
    [-24 * HOUR, "yesterday"],
    [6 * 24 * HOUR, "in 6 days"],
    [-8 * 24 * HOUR, "13 Nov"],
    [-400 * 24 * HOUR, "17 Oct 2025"],
  ])("%d ms from now are %s", (distance, words) => {
    // Engines abbreviate hours differently.
    expect(when(NOW + distance)).toMatch(new RegExp(`^${words}$`));
  });

  it("follow the clock of the deployment if that of the browser is wrong", () => {
    learnTime(new Response("", { headers: { date: new Date(NOW + 24 * HOUR).toUTCString() } }));
    expect(now()).toBe(NOW + 24 * HOUR);
    expect(when(NOW + 22 * HOUR)).toMatch(/^2 hr? ago$/);
    learnTime(new Response("", { headers: { date: new Date(NOW + 2_000).toUTCString() } }));
    expect(now()).toBe(NOW);
  });
});

it("names countries, and leaves unknown ones as they are", () => {
  expect([country("DE"), country("XX"), country("not a code")]).toEqual(["Germany", "XX", "not a code"]);
});

it("counts with the right word", () => {
  expect([count(1, "link", "links"), count(1234, "link", "links")]).toEqual(["1 link", "1,234 links"]);
});
