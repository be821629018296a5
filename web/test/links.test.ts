// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Attempt } from "../src/views/links/attempt";
import { LinkSource } from "../src/views/links/source";
import { withScheme } from "../src/views/links/target";

const pages = vi.hoisted(
  () => new Map<string, { items: { alias: string; created_at: string }[]; next: string | null }>(),
);
vi.mock("../src/api/client", () => ({
  nextPage: async (address: string) => pages.get(address) ?? { items: [], next: null },
}));

const NO_FILTER = { domain: "", tag: "", owner: "", state: "", days: "", q: "" };
const link = (alias: string, day: number) => ({
  alias,
  created_at: `2026-11-${String(day).padStart(2, "0")}T00:00:00Z`,
});
const first = (domain: string) => `/api/v1/links?domain=${domain}&limit=100`;
const aliases = (links: { alias: string }[]) => links.map(({ alias }) => alias).join("");

beforeEach(() => pages.clear());

describe("the list of several domains", () => {
  it("is merged by the time of creation", async () => {
    pages.set(first("a"), { items: [link("a", 9), link("b", 5)], next: "/a2" });
    pages.set("/a2", { items: [link("c", 1)], next: null });
    pages.set(first("b"), { items: [link("x", 7), link("y", 2)], next: null });
    const source = new LinkSource(["a", "b"], NO_FILTER, 0);
    const all = [];
    while (!source.isAtEnd) all.push(...(await source.next(100, () => true)));
    expect(aliases(all as never)).toBe("axbyc");
  });

  it("goes on behind empty pages", async () => {
    pages.set(first("a"), { items: [], next: "/2" });
    pages.set("/2", { items: [], next: "/3" });
    pages.set("/3", { items: [link("z", 1)], next: null });
    const source = new LinkSource(["a"], NO_FILTER, 0);
    expect(aliases((await source.next(100, () => true)) as never)).toBe("z");
    expect(source.isAtEnd).toBe(true);
  });

  it("stops when nobody waits any more", async () => {
    pages.set(first("a"), { items: [], next: first("a") });
    const source = new LinkSource(["a"], NO_FILTER, 0);
    let calls = 0;
    const isWanted = () => {
      calls += 1;
      return calls < 5;
    };
    expect(await source.next(100, isWanted)).toEqual([]);
  });

  it("asks with the filters of the address", async () => {
    const address = "/api/v1/links?domain=a&limit=100&tag=x%26y&q=two+words&created_from=2026-11-20T00%3A00%3A00.000Z";
    pages.set(address, { items: [link("found", 1)], next: null });
    const filter = { ...NO_FILTER, tag: "x&y", q: "two words", days: "1" };
    const source = new LinkSource(["a"], filter, Date.parse("2026-11-21T00:00:00Z"));
    expect(aliases((await source.next(1, () => true)) as never)).toBe("found");
  });
});

describe("a pasted address", () => {
  it.each([
    ["example.com/a", "https://example.com/a"],
    ["  https://example.com ", "https://example.com"],
    ["localhost:8080/x", "https://localhost:8080/x"],
    ["mailto:ann@example.com", "mailto:ann@example.com"],
    ["HTTP://example.com", "HTTP://example.com"],
  ])("%s becomes %s", (typed, sent) => {
    expect(withScheme(typed)).toBe(sent);
  });
});

it("sends the same creation with the same key until it is done", () => {
  const attempt = new Attempt();
  const first = attempt.keyOf("a");
  expect(attempt.keyOf("a")).toBe(first);
  expect(attempt.keyOf("b")).not.toBe(first);
  const second = attempt.keyOf("a");
  attempt.finish();
  expect(attempt.keyOf("a")).not.toBe(second);
});
