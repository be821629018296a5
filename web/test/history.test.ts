import { describe, expect, it } from "vitest";
import { authorOf, keyOf } from "../src/views/link/author";
import { changesBy, changesOf, entriesOf, patchTo, type Version } from "../src/views/link/changes";

function version(number: number, part: Partial<Version> = {}): Version {
  return {
    version: number,
    at: "2026-11-21T08:00:00Z",
    by: "usr_1",
    alias: "docs",
    domain: "hop.example",
    target: "https://example.com/a",
    disabled: false,
    deleted: false,
    blocked: null,
    ...part,
  };
}
const block = (reason: string) => ({ reason, at: "2026-11-21T09:00:00Z" });

describe("changes of a version", () => {
  it.each<[string, Partial<Version>, Partial<Version>, unknown[]]>([
    [
      "a new target",
      { target: "https://b.example/" },
      {},
      [{ kind: "target", from: "https://example.com/a", to: "https://b.example/" }],
    ],
    ["a new alias", { alias: "manual" }, {}, [{ kind: "moved", from: "hop.example/docs", to: "hop.example/manual" }]],
    [
      "another domain",
      { domain: "b.example" },
      {},
      [{ kind: "moved", from: "hop.example/docs", to: "b.example/docs" }],
    ],
    ["disabled", { disabled: true }, {}, [{ kind: "disabled" }]],
    ["enabled", {}, { disabled: true }, [{ kind: "enabled" }]],
    ["deleted", { deleted: true }, {}, [{ kind: "deleted" }]],
    ["restored", {}, { deleted: true }, [{ kind: "restored" }]],
    ["blocked", { blocked: block("spam") }, {}, [{ kind: "blocked", reason: "spam" }]],
    ["another reason", { blocked: block("fraud") }, { blocked: block("spam") }, [{ kind: "reason", reason: "fraud" }]],
    ["unblocked", {}, { blocked: block("spam") }, [{ kind: "unblocked" }]],
    ["what a version does not name", {}, {}, [{ kind: "others" }]],
  ])("%s", (_, after, before, expected) => {
    expect(changesOf(version(2, after), version(1, before))).toEqual(expected);
  });

  it("lists all changes of one version", () => {
    const kinds = changesOf(version(2, { target: "https://b.example/", disabled: true }), version(1)).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(["target", "disabled"]);
  });

  it("knows the first version from the oldest one shown", () => {
    expect(entriesOf([version(2), version(1)]).at(-1)?.changes).toEqual([
      { kind: "created", target: "https://example.com/a" },
    ]);
    expect(entriesOf([version(9), version(8)]).at(-1)?.changes).toEqual([
      { kind: "oldest", target: "https://example.com/a" },
    ]);
  });
});

describe("the patch of an older version", () => {
  const link = { target: "https://now.example/", disabled: false };

  it("has what differs", () => {
    expect(patchTo(version(1, { disabled: true }), link)).toEqual({ target: "https://example.com/a", disabled: true });
    expect(patchTo(version(1, { target: link.target, disabled: true }), link)).toEqual({ disabled: true });
  });

  it("is nothing for the same settings", () => {
    expect(patchTo(version(1, { target: link.target }), link)).toBeNull();
  });

  it("leaves alias, block and deletion alone", () => {
    const old = version(1, {
      target: link.target,
      alias: "old",
      domain: "b.example",
      blocked: block("spam"),
      deleted: true,
    });
    expect(patchTo(old, link)).toBeNull();
  });

  it("is described before it is sent", () => {
    expect(changesBy({ target: "https://b.example/", disabled: false }, link)).toEqual([
      { kind: "target", from: link.target, to: "https://b.example/" },
      { kind: "enabled" },
    ]);
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
