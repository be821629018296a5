// @vitest-environment happy-dom
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { text } from "../src/text";
import { filterOf, isReversed, NO_FILTER, queryOf } from "../src/views/audit/filter";
import { subjectName, targetOf } from "../src/views/audit/target";
import { type AuditEvent, factsOf, sentenceOf, splitUsers, usersOf } from "../src/views/audit/words";

const ROOT = join(import.meta.dirname, "../..");
const ANN = "usr_4VtVsDsyD6dUDYNZK";
const BOB = "usr_5qCHTcgbQwpvYZQ9c";

const EVENT: AuditEvent = {
  id: "4KxJ2mVbQ8rTz1WcN",
  at: "2026-11-21T08:00:00Z",
  action: "link.create",
  subject: "lnk_4KxJ2mVbQ8rTz1WcN",
  domain: "hop.example",
  alias: "docs",
  detail: null,
  principal: ANN,
  user: ANN,
  country: "DE",
  request_id: "req_4KxJ2mVbQ8rTz1WcN",
};

/** The actions of the OpenAPI document if it lists them, and all that the API writes. */
function allActions(): string[] {
  const actions = new Set<string>();
  const collect = (source: string) => {
    const pattern = /"((?:link|domain|blocklist|report|user|key|session)\.[a-z_]+)"/g;
    for (const [, action] of source.matchAll(pattern)) if (action) actions.add(action);
  };
  const document = JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8"));
  collect(JSON.stringify(document.components.schemas.AuditEvent.properties.action));
  const folder = join(ROOT, "core/src/api");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".rs")) collect(readFileSync(join(folder, file), "utf8"));
  }
  return [...actions].sort();
}

function sentence(event: Pick<AuditEvent, "action" | "subject" | "user">): string {
  return sentenceOf(event)
    .map((piece) => (piece.kind === "text" ? piece.text : piece.kind === "actor" ? "Ann" : "X"))
    .join("");
}

describe("the audit log in words", () => {
  const actions = allActions();

  it("finds the actions of the API", () => {
    expect(actions).toContain("link.create");
    expect(actions).toContain("session.end_all");
    expect(actions.length).toBeGreaterThan(25);
  });

  it.each(actions)("has a sentence for %s", (action) => {
    expect(Object.keys(text.audit.actions)).toContain(action);
    expect(sentence({ action, subject: "x", user: null })).toMatch(/^Ann .*X/);
  });

  it("has no sentence for an action that does not exist", () => {
    expect(Object.keys(text.audit.actions).filter((action) => !actions.includes(action))).toEqual([]);
    expect(Object.keys(text.audit.ownActions).filter((action) => !actions.includes(action))).toEqual([]);
  });

  it("shows an unknown action as it is", () => {
    expect(sentence({ action: "link.$&", subject: "x", user: null })).toBe("Ann did link.$& to X");
    expect(sentence({ action: "toString", subject: "x", user: null })).toBe("Ann did toString to X");
  });

  it("says what people do to themselves", () => {
    expect(sentence({ action: "session.start", subject: ANN, user: ANN })).toBe("Ann signed in");
    expect(sentence({ action: "user.role", subject: ANN, user: ANN })).toBe("Ann changed their own role");
    expect(sentence({ action: "user.role", subject: ANN, user: BOB })).toBe("Ann changed the role of X");
  });
});

describe("the details of an event", () => {
  const facts = (action: string, detail: string | null) =>
    factsOf({ action, detail }).map(({ label, value }) => `${label}: ${value}`);

  it("reads every form that the API writes", () => {
    expect(facts("link.create", null)).toEqual([]);
    expect(facts("link.rename", "from hop.example/docs")).toEqual(["Before: hop.example/docs"]);
    expect(facts("link.transfer", `${ANN} to no owner, from hop.example/docs`)).toEqual([
      `Owner: ${ANN} → no owner`,
      "Before: hop.example/docs",
    ]);
    expect(facts("user.role", "viewer to editor; quota: links a day 5, links any")).toEqual([
      "Role: viewer → editor",
      "Limits: 5 links a day",
    ]);
    expect(facts("user.change", "no quota")).toEqual(["Limits: No limit"]);
    expect(facts("user.create", "quota: links a day any, links 10000")).toEqual(["Limits: 10,000 in all"]);
    expect(facts("user.leave", "links to none")).toEqual(["Links go to: nobody"]);
    expect(facts("user.leave", `links to ${BOB}`)).toEqual([`Links go to: ${BOB}`]);
    expect(facts("user.password", "reset")).toEqual(["How: with a link from an admin"]);
    expect(facts("report.resolve", "blocked")).toEqual(["Decision: the link was blocked"]);
    expect(facts("session.end", "ses_6b0155001")).toEqual(["Session: ses_6b0155001"]);
    expect(facts("key.create", `owner ${ANN}; scopes links:read audit:read; domains all`)).toEqual([
      `Owner: ${ANN}`,
      "May: see links, tags and domains, read the audit log",
      "Domains: all",
    ]);
    expect(facts("key.create", `owner ${ANN}; scopes links:read; domains a.example b.example`)[2]).toBe(
      "Domains: a.example, b.example",
    );
  });

  it("shows an unknown form as it is", () => {
    expect(facts("link.change", "something else")).toEqual(["Detail: something else"]);
    expect(facts("report.resolve", "constructor")).toEqual(["Decision: constructor"]);
  });

  it("finds the users in it", () => {
    expect(splitUsers(`${ANN} to ${BOB}`)).toEqual(["", ANN, " to ", BOB, ""]);
    const event = { ...EVENT, detail: `links to ${BOB}` };
    expect(new Set(usersOf(event))).toEqual(new Set([ANN, BOB]));
  });
});

describe("the targets of an event", () => {
  it("lead to the view concerned", () => {
    expect(targetOf(EVENT)).toBe("#/link/hop.example/docs");
    expect(targetOf({ ...EVENT, action: "link.erase" })).toBeNull();
    expect(targetOf({ ...EVENT, action: "key.create", subject: "abc", domain: null, alias: null })).toBe(
      "#/keys?key=abc",
    );
    expect(targetOf({ ...EVENT, action: "session.start", subject: ANN })).toBe(`#/team?user=${ANN}`);
    expect(targetOf({ ...EVENT, action: "user.delete", subject: ANN })).toBeNull();
    expect(targetOf({ ...EVENT, action: "weather.change" })).toBeNull();
  });

  it("have names", () => {
    expect(subjectName(EVENT)).toEqual({ before: "hop.example/", name: "docs" });
    expect(subjectName({ ...EVENT, action: "user.role", domain: null, alias: null })).toBeNull();
  });
});

describe("the filter of the audit log", () => {
  it("turns local days into a half-open range", () => {
    const query = queryOf({ ...NO_FILTER, from: "2026-11-21", to: "2026-11-21", subject: " c.example " });
    expect(query).toEqual({
      from: new Date(2026, 10, 21).toISOString(),
      to: new Date(2026, 10, 22).toISOString(),
      subject: "c.example",
    });
  });

  it("ignores what is no day", () => {
    expect(queryOf({ ...NO_FILTER, from: "yesterday", to: "2026-1-1" })).toEqual({});
    expect(queryOf({ ...NO_FILTER, from: "0020-11-21" })).toEqual({});
    expect(filterOf(new URLSearchParams("from=2026-11-21&x=1"))).toEqual({ ...NO_FILTER, from: "2026-11-21" });
  });

  it("knows a range that ends before it begins", () => {
    expect(isReversed({ ...NO_FILTER, from: "2026-11-22", to: "2026-11-21" })).toBe(true);
    expect(isReversed({ ...NO_FILTER, from: "2026-11-21", to: "2026-11-21" })).toBe(false);
    expect(isReversed(NO_FILTER)).toBe(false);
  });
});
