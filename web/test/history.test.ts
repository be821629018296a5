import { describe, expect, it } from "vitest";
import { fieldWords } from "../src/views/edit/field-words";
import { authorOf, keyOf } from "../src/views/link/author";
import {
  type Change,
  COMPARISON_ZONE,
  changedRules,
  changesBack,
  changesOf,
  entriesOf,
  patchTo,
  type Version,
  without,
} from "../src/views/link/changes";

function version(number: number, part: Partial<Version> = {}): Version {
  return {
    version: number,
    at: "2026-11-21T08:00:00Z",
    by: "usr_1",
    alias: "docs",
    domain: "hop.example",
    target: "https://example.com/a",
    title: null,
    tags: [],
    note: null,
    external_id: null,
    starts_at: null,
    ends_at: null,
    max_clicks: null,
    confirm: false,
    fallback: null,
    has_password: false,
    redirect_status: 302,
    forward_query: "off",
    forward_path: false,
    rules: [],
    card: null,
    strict: false,
    crawlable: false,
    disabled: false,
    deleted: false,
    blocked: null,
    ...part,
  };
}
const block = (reason: string) => ({ reason, at: "2026-11-21T09:00:00Z" });

const rule = (id: string, country: string): Version["rules"][number] => ({
  id,
  when: [{ type: "country", any: [country] }],
  target: `https://example.com/${id}`,
});

/** Changes as short texts: the field with its old and new value, or the kind. */
function told(changes: readonly Change[]): string[] {
  return changes.map((change) => {
    if (change.kind !== "field") return change.kind;
    const { field, before, after } = change;
    if (field === "rules") return `rules ${before.rules.length} ${after.rules.length}`;
    return `${field} ${fieldWords(before, field, COMPARISON_ZONE)} > ${fieldWords(after, field, COMPARISON_ZONE)}`;
  });
}

describe("changes of a version", () => {
  it.each<[Partial<Version>, Partial<Version>, string]>([
    [{ target: "https://b.example/" }, {}, "target https://example.com/a > https://b.example/"],
    [{ title: "New" }, { title: "Old" }, "title Old > New"],
    [{ note: null }, { note: "n" }, "note n > "],
    [{ external_id: "7" }, {}, "externalId  > 7"],
    [{ tags: ["a", "b"] }, { tags: ["a"] }, "tags a > a, b"],
    [{ max_clicks: 5 }, {}, "maxClicks  > 5"],
    [{ confirm: true }, {}, "confirm no > yes"],
    [{ fallback: "https://b.example/" }, {}, "fallback  > https://b.example/"],
    [{ redirect_status: 301 }, {}, "redirectStatus 302 Found > 301 Moved permanently"],
    [{ forward_query: "target_wins" }, {}, "forwardQuery Drop it > Pass it on; the target wins"],
    [{ forward_path: true }, {}, "forwardPath no > yes"],
    [{ card: { title: "T", description: null, image: null } }, {}, "cardTitle  > T"],
    [{ strict: true }, {}, "strict no > yes"],
    [{ crawlable: true }, {}, "crawlable no > yes"],
    [{ rules: [rule("a", "DE")] }, {}, "rules 0 1"],
    [{ has_password: true }, {}, "passwordSet"],
    [{}, { has_password: true }, "passwordRemoved"],
    [{ disabled: true }, {}, "disabled"],
    [{}, { disabled: true }, "enabled"],
    [{ deleted: true }, {}, "deleted"],
    [{}, { deleted: true }, "restored"],
    [{}, { blocked: block("spam") }, "unblocked"],
    [{}, {}, "others"],
    [{ has_password: true }, { has_password: true }, "othersWithPassword"],
  ])("%j after %j", (after, before, expected) => {
    expect(told(changesOf(version(2, after), version(1, before)))).toEqual([expected]);
  });

  it.each<[Partial<Version>, Partial<Version>, Change]>([
    [{ alias: "manual" }, {}, { kind: "moved", from: "hop.example/docs", to: "hop.example/manual" }],
    [{ domain: "b.example" }, {}, { kind: "moved", from: "hop.example/docs", to: "b.example/docs" }],
    [{ blocked: block("spam") }, {}, { kind: "blocked", reason: "spam" }],
    [{ blocked: block("fraud") }, { blocked: block("spam") }, { kind: "reason", reason: "fraud" }],
  ])("%j after %j says from what to what", (after, before, expected) => {
    expect(changesOf(version(2, after), version(1, before))).toEqual([expected]);
  });

  it("tells both times of an hour that clocks repeat apart", () => {
    const [first, second] = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];
    expect(told(changesOf(version(2, { ends_at: second }), version(1, { ends_at: first })))).toHaveLength(1);
  });

  it("lists all changes of one version", () => {
    const changes = changesOf(version(2, { target: "https://b.example/", disabled: true }), version(1));
    expect(told(changes)).toEqual(["target https://example.com/a > https://b.example/", "disabled"]);
  });

  it("shows what a new link has", () => {
    const changes = entriesOf([version(2), version(1, { title: "Docs", has_password: true })]).at(-1)?.changes ?? [];
    expect(told(changes)).toEqual(["created", "title  > Docs", "passwordSet"]);
  });

  it("shows of the oldest version only where it led", () => {
    expect(entriesOf([version(9), version(8, { title: "Docs" })]).at(-1)?.changes).toEqual([
      { kind: "oldest", target: "https://example.com/a" },
    ]);
  });

  it("tells added, removed and moved rules apart", () => {
    const [a, b, c] = [rule("a", "DE"), rule("b", "FR"), rule("c", "IT")];
    const changes = changesOf(version(2, { rules: [b, c] }), version(1, { rules: [a, b] }));
    const [change] = changes;
    if (change?.kind !== "field") throw new Error("no field");
    expect(changedRules(change.before, change.after)).toEqual({ added: [c], removed: [a] });
    expect(without(["x", "y"], ["y"])).toEqual(["x"]);
  });
});

describe("the patch of an older version", () => {
  const now = version(3, { target: "https://now.example/" });

  it("has exactly what differs", () => {
    const old = version(1, {
      title: "Docs",
      tags: ["a"],
      ends_at: "2027-01-01T00:00:00.250Z",
      rules: [rule("a", "DE")],
      card: { title: "T", description: null, image: null },
      disabled: true,
    });
    const { target, title, tags, ends_at, rules, card, disabled } = old;
    expect(patchTo(old, now)).toEqual({ target, title, tags, ends_at, rules, card, disabled });
    expect(patchTo(version(1, { target: now.target, max_clicks: 5 }), now)).toEqual({ max_clicks: 5 });
  });

  it("is nothing for the same settings", () => {
    expect(patchTo(version(1, { target: now.target }), now)).toBeNull();
  });

  it("leaves alias, block, deletion and password alone", () => {
    const old = version(1, {
      target: now.target,
      alias: "old",
      domain: "b.example",
      blocked: block("spam"),
      deleted: true,
      has_password: true,
    });
    expect(patchTo(old, now)).toBeNull();
    expect(changesBack(old, now)).toEqual([]);
  });

  it("is described before it is sent", () => {
    expect(told(changesBack(version(1, { disabled: true, title: "Docs" }), now))).toEqual([
      "target https://now.example/ > https://example.com/a",
      "title  > Docs",
      "disabled",
    ]);
  });

  it("is described also where forms are equal", () => {
    const [old, link] = [version(1, { target: now.target, note: "a " }), { ...now, note: "a" }];
    expect(patchTo(old, link)).toEqual({ note: "a " });
    expect(changesBack(old, link)).toMatchObject([{ kind: "field", field: "note" }]);
  });
});

describe("authors", () => {
  const names = new Map([["usr_1", "Ann"]]);
  const event = { at: "2026-11-21T08:00:00.000Z", user: "usr_1", principal: "key_abc" };

  it("names users, the bootstrap admin and keys", () => {
    expect(authorOf({ by: "usr_1" }, names, null, new Map())).toBe("Ann");
    expect(authorOf({ by: "usr_2" }, names, null, new Map())).toBe("a user of this deployment");
    expect(authorOf({ by: null }, names, null, new Map())).toBe("bootstrap admin");
    expect(authorOf({ by: "usr_1" }, names, "abc", new Map([["abc", "Import"]]))).toBe("Ann, with the key Import");
  });

  it("finds the key by time and user", () => {
    expect(keyOf(version(1), [event])).toBe("abc");
    expect(keyOf(version(1, { by: "usr_2" }), [event])).toBeNull();
    expect(keyOf(version(1, { at: "2026-11-21T08:00:01Z" }), [event])).toBeNull();
    expect(keyOf(version(1), [{ ...event, principal: "usr_1" }])).toBeNull();
  });
});
