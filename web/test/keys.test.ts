import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { text } from "../src/text";
import { NO_QUOTA, quotaOf, quotaWords, typedQuota } from "../src/ui/quota";
import { curlExample } from "../src/views/keys/example";
import { expiryOf } from "../src/views/keys/expiry";
import {
  beyondRole,
  isEverything,
  presetScopes,
  SCOPES,
  scopeWords,
  withoutAllDomains,
} from "../src/views/keys/scopes";

const DOCUMENT = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/openapi.json"), "utf8"));
const OF_THE_API: string[] = DOCUMENT.components.schemas.Key.properties.scopes.items.enum;

describe("scopes", () => {
  it("are the ones of the API", () => {
    expect([...SCOPES].sort()).toEqual([...OF_THE_API].sort());
    expect(Object.keys(text.scopes.words).sort()).toEqual([...OF_THE_API].sort());
  });

  it.each(OF_THE_API)("%s has words", (scope) => {
    expect(scopeWords(scope)).not.toBe(scope);
    expect(scopeWords(scope)).toMatch(/^[a-z]/);
  });

  it("of a later version are shown as they are", () => {
    expect(scopeWords("weather:read")).toBe("weather:read");
    expect(scopeWords("constructor")).toBe("constructor");
  });

  it("of presets are only those of the caller", () => {
    expect(presetScopes("read", ["links:read"])).toEqual(["links:read"]);
    expect(presetScopes("create", SCOPES)).toEqual(["links:read", "links:write"]);
    expect(presetScopes("all", ["audit:read", "links:read"])).toEqual(["links:read", "audit:read"]);
    expect(isEverything(SCOPES)).toBe(true);
    expect(isEverything(["links:read"])).toBe(false);
  });

  it("without effect are known", () => {
    expect(beyondRole(["links:read", "links:write", "audit:read"], "viewer")).toEqual(["links:write", "audit:read"]);
    expect(beyondRole(["links:write", "audit:read"], "editor")).toEqual(["audit:read"]);
    expect(beyondRole(SCOPES, "admin")).toEqual([]);
    expect(withoutAllDomains(["links:write", "users:admin"])).toEqual(["users:admin"]);
  });
});

describe("the example of a new key", () => {
  const made = { secret: "hop_abc_xyz", domains: null };

  it("creates a link if the key may", () => {
    expect(curlExample("https://hop.example", { ...made, scopes: ["links:read", "links:write"] })).toBe(
      [
        "curl https://hop.example/api/v1/links \\",
        "  -H 'Authorization: Bearer hop_abc_xyz' \\",
        "  -H 'Content-Type: application/json' \\",
        `  -d '{"target":"https://example.com/"}'`,
      ].join("\n"),
    );
  });

  it("names a domain that the key is for", () => {
    const some = { ...made, domains: ["b.example"] };
    expect(curlExample("https://hop.example", { ...some, scopes: ["links:write"] })).toContain('"domain":"b.example"');
    expect(curlExample("https://hop.example", { ...some, scopes: ["links:read"] })).toContain(
      "links?domain=b.example'",
    );
  });

  it("shows the caller if the key may do neither", () => {
    expect(curlExample("https://hop.example", { ...made, scopes: ["audit:read"] })).toContain("/api/v1/me");
  });
});

describe("the expiry of a new key", () => {
  const now = Date.parse("2026-11-21T08:00:00Z");

  it("is never, after some days, or at the end of a day", () => {
    expect(expiryOf("never", "", now)).toBeNull();
    expect(expiryOf("30", "", now)).toBe("2026-12-21T08:00:00.000Z");
    expect(expiryOf("date", "2026-12-31", now)).toBe(new Date(2026, 11, 31, 23, 59, 59).toISOString());
  });

  it("is refused for a past or missing day", () => {
    expect(expiryOf("date", "2026-11-01", now)).toBeUndefined();
    expect(expiryOf("date", "", now)).toBeUndefined();
    expect(expiryOf("date", "soon", now)).toBeUndefined();
  });
});

describe("quotas", () => {
  it("are read as they are typed", () => {
    expect(quotaOf(NO_QUOTA)).toBeNull();
    expect(quotaOf({ perDay: " 5 ", links: "" })).toEqual({ links_per_day: 5, links: null });
    expect(typedQuota({ links_per_day: null, links: 9 })).toEqual({ perDay: "", links: "9" });
  });

  it("keep what the API will refuse", () => {
    expect(quotaOf({ perDay: "many", links: "1.5" })).toEqual({ links_per_day: 0, links: 1.5 });
  });

  it("are words", () => {
    expect(quotaWords(null)).toBe("No limit");
    expect(quotaWords({ links_per_day: 1, links: 10_000 })).toBe("1 link a day, 10,000 in all");
  });
});
