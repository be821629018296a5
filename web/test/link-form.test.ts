import { describe, expect, it } from "vitest";
import type { Link } from "../src/api/client";
import { createBody, emptyForm, formOf, isEmptyPatch, patchOf } from "../src/views/edit/form";
import { emptyCondition, emptyRule, moved, ruleOf } from "../src/views/edit/rule-form";

const ZONE = "Europe/Berlin";

const link: Link = {
  id: "lnk_1",
  alias: "docs",
  domain: "hop.example",
  short_url: "https://hop.example/docs",
  target: "https://example.com/a?x={query.x|1}",
  title: "Docs",
  tags: ["a", "b"],
  note: "First line\nsecond line",
  external_id: "42",
  owner: "usr_1",
  created_at: "2026-11-21T08:00:00Z",
  updated_at: "2026-11-21T08:00:00Z",
  state: "live",
  starts_at: "2026-11-21T08:00:00.250Z",
  ends_at: "2027-07-01T22:00:30Z",
  max_clicks: 10,
  confirm: true,
  fallback: "https://example.com/over",
  has_password: true,
  redirect_status: 307,
  forward_query: "visitor_wins",
  forward_path: true,
  rules: [
    { id: "de", when: [{ type: "country", any: ["DE"] }], target: "https://example.de/" },
    { id: "q", when: [{ type: "query", name: "a", equals: "" }], target: "https://example.com/q" },
    { id: "s", when: [{ type: "split", percent: 50 }], target: "https://example.com/s" },
    { id: "w", when: [{ type: "weekday", any: ["mon"], tz: "UTC" }], target: "https://example.com/w" },
    { id: "t", when: [{ type: "time", from: "08:00", to: "10:00", tz: "UTC" }], target: "https://example.com/t" },
  ],
  card: { title: "Card", description: null, image: "https://example.com/i.png" },
  strict: true,
  crawlable: true,
  disabled: true,
  blocked: null,
  clicks: null,
  version: 7,
};
const plain: Link = { ...link, title: null, card: null, rules: [], starts_at: null, ends_at: null, tags: [] };
const form = formOf(link, ZONE);
const patch = (change: Partial<typeof form>) => patchOf(link, { ...form, ...change }, ZONE);

describe("a merge patch", () => {
  it("is empty if nothing changed", () => {
    expect(patchOf(link, form, ZONE)).toEqual({});
    expect(isEmptyPatch(patchOf(plain, formOf(plain, ZONE), ZONE))).toBe(true);
  });

  it("has only what changed", () => {
    expect(patch({ title: " New " })).toEqual({ title: "New" });
    expect(patch({ target: "example.com/b" })).toEqual({ target: "https://example.com/b" });
    expect(patch({ tags: ["a"] })).toEqual({ tags: ["a"] });
    expect(patch({ endsAt: "2027-01-01T00:00" })).toEqual({ ends_at: "2026-12-31T23:00:00Z" });
    expect(patch({ redirectStatus: "301", maxClicks: "20" })).toEqual({ redirect_status: 301, max_clicks: 20 });
    expect(patch({ cardTitle: "Other" })).toEqual({ card: { title: "Other" } });
  });

  it("resets with null", () => {
    const cleared = { title: "", note: "", externalId: "", tags: [], startsAt: "", endsAt: "", maxClicks: "" };
    expect(patch({ ...cleared, fallback: "", owner: "", rules: [] })).toEqual({
      title: null,
      note: null,
      external_id: null,
      tags: null,
      starts_at: null,
      ends_at: null,
      max_clicks: null,
      fallback: null,
      owner: null,
      rules: null,
    });
    expect(patch({ cardTitle: "" })).toEqual({ card: { title: null } });
    expect(patch({ cardTitle: " ", cardImage: "" })).toEqual({ card: null });
  });

  it("keeps, sets or removes the password", () => {
    expect(patch({ passwordAction: "keep", password: "typed, then kept" })).toEqual({});
    expect(patch({ passwordAction: "set", password: "four random words" })).toEqual({ password: "four random words" });
    expect(patch({ passwordAction: "remove" })).toEqual({ password: null });
  });

  it("moves the link only to another alias or domain", () => {
    expect(patch({ alias: "manual" })).toEqual({ alias: "manual", keep_old_alias: true });
    expect(patch({ alias: "manual", keepOldAlias: false, reuse: true })).toEqual({
      alias: "manual",
      keep_old_alias: false,
      reuse: true,
    });
    expect(patch({ domain: "b.example" })).toEqual({ domain: "b.example", keep_old_alias: true });
    expect(patch({ alias: " ", keepOldAlias: false })).toEqual({});
  });

  it("replaces all rules if one changed", () => {
    const rules = form.rules.map((rule, index) => (index === 0 ? { ...rule, target: "example.at" } : rule));
    expect(patch({ rules }).rules).toEqual([
      { ...link.rules[0], target: "https://example.at" },
      ...link.rules.slice(1),
    ]);
    expect(patch({ rules: moved(form.rules, 0, 1) }).rules?.map(({ id }) => id)).toEqual(["q", "de", "s", "w", "t"]);
  });
});

describe("the body of a new link", () => {
  it("has only what was filled in", () => {
    const body = createBody({ ...emptyForm("hop.example"), target: " example.com/x " }, ZONE);
    expect(body).toEqual({ target: "https://example.com/x", domain: "hop.example" });
  });

  it("has everything that was filled in", () => {
    const { keepOldAlias: _, ...rest } = form;
    const body = createBody(
      { ...rest, keepOldAlias: true, passwordAction: "set", password: "four random words" },
      ZONE,
    );
    expect(body).toMatchObject({
      target: link.target,
      alias: "docs",
      domain: "hop.example",
      tags: ["a", "b"],
      ends_at: "2027-07-01T22:00:30Z",
      password: "four random words",
      card: { title: "Card", image: "https://example.com/i.png" },
      rules: link.rules,
    });
    expect(body).not.toHaveProperty("keep_old_alias");
    expect(body).not.toHaveProperty("owner");
  });
});

describe("rules while they are edited", () => {
  it("move within the list only", () => {
    expect(moved([1, 2, 3], 0, 1)).toEqual([2, 1, 3]);
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
    expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3]);
  });

  it("have no id before they are saved, and no key of the page", () => {
    const rule = { ...emptyRule(), target: "x.example", when: [emptyCondition("query"), emptyCondition("split")] };
    expect(ruleOf(rule)).toEqual({
      when: [
        { type: "query", name: "", present: true },
        { type: "split", percent: 50 },
      ],
      target: "https://x.example",
    });
  });
});
