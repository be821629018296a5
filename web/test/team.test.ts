// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { may, me, ownScopes } from "../src/state/me";
import type { User } from "../src/state/people";
import { parseRoute } from "../src/state/router";
import { actionsFor, byRoleAndName } from "../src/views/team/actions";
import { changedElsewhere, patchOf, rebased, typedUser } from "../src/views/team/changes";
import { invitationLink, resetLink } from "../src/views/team/one-time";
import { grantable, mayChange, mayIssue } from "../src/views/team/roles";

const USER: User = {
  id: "usr_4VtVsDsyD6dUDYNZK",
  email: "ann@example.com",
  name: "Ann",
  role: "editor",
  state: "active",
  created_at: "2026-11-21T08:00:00Z",
  last_login_at: null,
  quota: null,
};

describe("one-time links", () => {
  it("lead to the page that reads the token", () => {
    const token = "hopinvite_4VtV_a+b&c=d#e";
    for (const [link, page] of [
      [invitationLink("https://hop.example", token), "accept"],
      [resetLink("https://hop.example", token), "reset"],
    ] as const) {
      const url = new URL(link);
      expect(url.origin + url.pathname).toBe("https://hop.example/app/");
      expect(url.search).toBe("");
      const { path, query } = parseRoute(url.hash);
      expect(path).toEqual([page]);
      expect(query.get("token")).toBe(token);
    }
  });
});

describe("roles", () => {
  it("that somebody may give", () => {
    expect(grantable("owner", "viewer")).toEqual(["viewer", "editor", "admin", "owner"]);
    expect(grantable("admin", "viewer")).toEqual(["viewer", "editor"]);
    // An admin may lower another admin, and leave the role as it is.
    expect(grantable("admin", "admin")).toEqual(["viewer", "editor", "admin"]);
    expect(grantable("admin", "owner")).toEqual([]);
    expect(grantable("editor", "viewer")).toEqual([]);
  });

  it("decide who issues and changes", () => {
    expect(mayIssue("admin", "editor")).toBe(true);
    expect(mayIssue("admin", "admin")).toBe(false);
    expect(mayIssue("owner", "owner")).toBe(true);
    expect(mayChange("admin", "owner")).toBe(false);
    expect(mayChange("editor", "viewer")).toBe(false);
  });
});

describe("what the caller may do", () => {
  it("is what the API says", () => {
    const session = { principal: "usr_x", user: "usr_x", key: null, domains: null, session: null };
    me.value = { ...session, role: "editor", scopes: ["links:read", "links:write"] };
    expect(ownScopes.value).toEqual(["links:read", "links:write"]);
    expect([may("links:write"), may("users:admin")]).toEqual([true, false]);
    me.value = null;
    expect(may("links:read")).toBe(false);
  });
});

describe("what can be done with a user", () => {
  it("depends on the state and the role", () => {
    expect(actionsFor({ ...USER, state: "invited" }, "admin", false)).toEqual([
      "change",
      "invite",
      "disable",
      "delete",
    ]);
    expect(actionsFor(USER, "admin", false)).toEqual(["change", "reset", "disable", "delete"]);
    expect(actionsFor(USER, "admin", true)).not.toContain("reset");
    expect(actionsFor({ ...USER, role: "admin" }, "admin", false)).not.toContain("reset");
    expect(actionsFor({ ...USER, role: "owner" }, "admin", false)).toEqual([]);
    expect(actionsFor({ ...USER, state: "disabled" }, "owner", false)).toContain("enable");
    expect(actionsFor({ ...USER, state: "leaving" }, "owner", false)).toEqual(["delete"]);
  });

  it("is listed with owners first", () => {
    const users: User[] = [
      USER,
      { ...USER, role: "owner", name: "Zoe" },
      { ...USER, name: null, email: "aa@example.com" },
    ];
    expect([...users].sort(byRoleAndName).map((user) => user.name ?? user.email)).toEqual([
      "Zoe",
      "aa@example.com",
      "Ann",
    ]);
  });
});

describe("changes of a user", () => {
  it("send only the changed fields", () => {
    expect(patchOf(USER, typedUser(USER))).toEqual({});
    expect(patchOf(USER, { ...typedUser(USER), name: " " })).toEqual({ name: null });
    expect(patchOf(USER, { ...typedUser(USER), role: "admin" })).toEqual({ role: "admin" });
    const limited: User = { ...USER, quota: { links_per_day: 5, links: null } };
    expect(patchOf(limited, { ...typedUser(limited), quota: { perDay: "", links: "" } })).toEqual({ quota: null });
    expect(patchOf(USER, { ...typedUser(USER), quota: { perDay: "5", links: "" } })).toEqual({
      quota: { links_per_day: 5, links: null },
    });
  });

  it("keep what was typed when somebody else changed the user", () => {
    const after: User = { ...USER, role: "admin", state: "disabled" };
    const typed = { ...typedUser(USER), name: "Anna" };
    expect(changedElsewhere(USER, after)).toEqual(["role", "state"]);
    const again = rebased(typed, USER, after);
    expect(again).toEqual({ ...typedUser(after), name: "Anna" });
    // The role of the other person is not put back.
    expect(patchOf(after, again)).toEqual({ name: "Anna" });
  });
});
