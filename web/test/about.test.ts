import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Capabilities } from "../src/state/me";
import { type Line, limitLines, promiseLines, statisticsLines } from "../src/views/about/words";
import { bookmarkletCode } from "../src/views/account/bookmarklet-code";
import { sessionName } from "../src/views/account/session-words";

const CLOUDFLARE: Capabilities = {
  edge: "cloudflare",
  version: "0.1.0",
  public_shorten: false,
  promises: {
    one_alias_one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: "within 65 seconds while the database answers",
    edits_reach_visitors_seconds: 65,
    memo: { hit_seconds: 5, miss_seconds: 10 },
    cached_links: { verify_after_seconds: 30, fresh_seconds: 60, expire_after_seconds: 86_400 },
    max_clicks: "never exceeded",
    clicks: "counted exactly once",
  },
  statistics: {
    totals: "exact",
    uniques_error: 0.02,
    estimated: ["region", "city", "weather"],
    visible_after_seconds: 1,
    months: 24,
    failed_visits: true,
    respects_dnt: false,
    last_7_days: true,
    click_log: false,
    click_log_from: null,
  },
  search: {
    words: "indexed",
    indexed_entries: 1_000,
    words_per_link: 64,
    query_words: 8,
    query_characters: 200,
  },
  limits: {
    alias_bytes: 128,
    target_bytes: 8_192,
    body_bytes: 65_536,
    bulk_body_bytes: 1_048_576,
    store_operations: 50,
    page: 100,
    batch: 10,
    repeatable_batch: 100,
    import_lines: 11,
    crawlable: 1_000,
    max_clicks: null,
    links_per_day: 100_000,
  },
};

const FASTLY: Capabilities = {
  ...CLOUDFLARE,
  edge: "fastly",
  public_shorten: true,
  promises: {
    ...CLOUDFLARE.promises,
    one_alias_one_owner: "as long as KV Store never lets two inserts of one absent key succeed",
    read_your_writes: "an accepted write may take seconds to be readable, even for its writer",
    edits_reach_visitors_seconds: null,
    cached_links: null,
  },
  statistics: {
    ...CLOUDFLARE.statistics,
    visible_after_seconds: null,
    respects_dnt: true,
    click_log: true,
    click_log_from: 40,
  },
  limits: { ...CLOUDFLARE.limits, max_clicks: 1_000 },
};

function all(capabilities: Capabilities): Line[] {
  return [...promiseLines(capabilities), ...statisticsLines(capabilities), ...limitLines(capabilities)];
}

function words(lines: readonly Line[]): string {
  return lines.map((line) => `${line.name}: ${line.words}`).join("\n");
}

describe("capabilities in words", () => {
  it.each([CLOUDFLARE, FASTLY])("has unique names and no gaps on $edge", (capabilities) => {
    const lines = all(capabilities);
    expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length);
    for (const line of lines) expect(`${line.name} ${line.words}`).not.toMatch(/undefined|null|NaN|\{/);
  });

  it("says how exact this deployment is", () => {
    const promised = words(promiseLines(CLOUDFLARE));
    expect(promised).toContain("within 65 seconds");
    expect(promised).toContain("can be read at once");
    expect(promised).toContain("up to 24 hours");
    const counted = words(statisticsLines(CLOUDFLARE));
    expect(counted).toContain("within 4% of the truth");
    expect(counted).toContain("regions, cities and weather");
    expect(counted).toContain("24 months");
    expect(words(limitLines(CLOUDFLARE))).toContain("Highest click limit: any number");
  });

  it("does not promise more than the edge does", () => {
    const promised = words(promiseLines(FASTLY));
    expect(promised).not.toMatch(/within \d+ seconds|can be read at once|up to \d+ hours/);
    expect(promised).toContain("There is no upper bound");
    expect(promised).toContain("as long as KV Store");
    expect(promised).toContain("Anybody may create");
    const counted = words(statisticsLines(FASTLY));
    expect(counted).toContain("when its line arrives");
    expect(counted).toContain("count in totals only");
    expect(words(limitLines(FASTLY))).toMatch(/Highest click limit: 1,000[\s\S]*need a log: 40/);
  });

  it("knows every edge of the API", () => {
    const document = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/openapi.json"), "utf8"));
    expect(document.components.schemas.Capabilities.properties.edge.enum).toEqual(["cloudflare", "fastly", "memory"]);
  });
});

describe("the account", () => {
  it("names sessions", () => {
    expect(sessionName({ browser: "firefox", device: "desktop" })).toBe("Firefox on a computer");
    expect(sessionName({ browser: null, device: null })).toBe("A program on an unknown device");
    expect(sessionName({ browser: "lynx", device: "constructor" })).toBe("lynx on constructor");
  });

  it("has a bookmark that opens hop with the address of the page", () => {
    const code = bookmarkletCode("https://hop.example");
    // Nothing in it is encoded or cut off where a browser reads it as an address.
    expect(new URL(code).href).toBe(code);
    expect(new URL(code).hash).toBe("");
    const opened: string[] = [];
    const page = "https://example.com/a?b=1&c=ü#d";
    // The browser runs what follows `javascript:` on the page.
    const open = (address: string) => opened.push(address);
    runInNewContext(code.replace(/^javascript:/, ""), { open, location: { href: page } });
    expect(opened).toEqual([`https://hop.example/app/#/new?target=${encodeURIComponent(page)}`]);
  });
});
