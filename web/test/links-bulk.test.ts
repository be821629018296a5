import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../src/api/problem";
import type { Change } from "../src/views/links/bulk";

interface Sent {
  body: { items: Record<string, unknown>[] };
  headers: Record<string, string>;
}

const server = vi.hoisted(() => ({ sent: [] as unknown[], answers: [] as unknown[] }));
vi.mock("../src/api/client", () => ({
  api: {
    POST: (_path: string, sent: unknown) => {
      server.sent.push(sent);
      return server.answers.shift();
    },
  },
  call: async (answer: unknown) => {
    if (answer instanceof Error) throw answer;
    return answer;
  },
}));

const { changeLinks, restoreLinks } = await import("../src/views/links/bulk");
const { words } = await import("../src/views/links/changes");

const sent = () => server.sent as Sent[];
const keys = () => sent().map(({ headers }) => headers["Idempotency-Key"]);
const linksNamed = (...aliases: string[]) =>
  aliases.map((alias) => ({ id: alias, alias, domain: "d", version: 3, tags: ["a"], target: "t" }) as never);
const results = (statuses: number[], untried = 0) => ({
  results: statuses.map((status, index) => ({ index, status, link: null, problem: null })),
  untried,
});
const busy = new ApiProblem("store_unavailable", 503, "", null, [], 0);
const inFlight = new ApiProblem("idempotency_in_flight", 409, "", null, [], 0);
const refused = new ApiProblem("forbidden", 403, "No.");
const DELETE: Change = { kind: "delete" };
const change = (aliases: string[], wanted: Change = DELETE) => changeLinks(linksNamed(...aliases), wanted, () => {});

beforeEach(() => {
  server.sent = [];
  server.answers = [];
});

describe("adding a tag", () => {
  it("is for the version that was loaded", async () => {
    server.answers = [results([200, 412])];
    const result = await change(["x", "y"], { kind: "tag", tag: "b" });
    expect(sent()[0]?.body.items[0]).toMatchObject({ if_match: 3, patch: { tags: ["a", "b"] } });
    expect(result).toMatchObject({ failed: 1, outdated: 1, problem: null });
    expect(words(result, { kind: "tag", tag: "b" })).toBe(
      "1 link changed, 1 not. 1 link was changed meanwhile: reload, then try again",
    );
  });

  it("is the only change that depends on the version", async () => {
    server.answers = [results([204]), results([200])];
    await change(["x"]);
    await change(["x"], { kind: "disabled", disabled: true });
    for (const { body } of sent()) expect(body.items[0]).not.toHaveProperty("if_match");
  });
});

describe("a batch", () => {
  it("is continued by the same request", async () => {
    server.answers = [results([204, 503], 1), results([204, 204])];
    expect(await change(["x", "y"])).toMatchObject({ failed: 0, problem: null });
    expect(keys()[0]).toBe(keys()[1]);
    expect(sent()[0]?.body).toEqual(sent()[1]?.body);
  });

  it("is sent again with its key while hop is busy with it", async () => {
    server.answers = [busy, inFlight, results([204])];
    expect(await change(["x"])).toMatchObject({ failed: 0, problem: null });
    expect(new Set(keys()).size).toBe(1);
  });

  it("is not sent for ever", async () => {
    server.answers = Array.from({ length: 50 }, () => busy);
    expect(await change(["x"])).toMatchObject({ changed: [], failed: 1, problem: busy });
    expect(sent()).toHaveLength(5);
  });

  it("is not sent for ever if it gets no further", async () => {
    server.answers = Array.from({ length: 50 }, () => results([503], 1));
    const { problem } = await change(["x"]);
    expect(problem?.code).toBe("budget_exhausted");
    expect(sent().length).toBeLessThan(8);
  });

  it("is not repeated after a refusal", async () => {
    server.answers = [refused, results([204])];
    expect((await change(["x"])).problem).toBe(refused);
    expect(sent()).toHaveLength(1);
  });
});

describe("a failure halfway", () => {
  it("keeps what was done in earlier batches", async () => {
    const aliases = Array.from({ length: 150 }, (_, index) => `l${index}`);
    server.answers = [results(Array.from({ length: 100 }, () => 204)), refused];
    const result = await change(aliases);
    expect(result.changed).toHaveLength(100);
    expect(result).toMatchObject({ failed: 50, problem: refused });
    expect(words(result, DELETE)).toMatch(/^100 links changed, 50 not\. .*No\.$/);
  });

  it("keeps what was done of the same batch", async () => {
    server.answers = [results([204, 503], 1), refused];
    const result = await change(["x", "y"]);
    expect(result.changed.map(({ alias }) => alias)).toEqual(["x"]);
    expect(result.problem).toBe(refused);
  });

  it("keeps what was restored", async () => {
    server.answers = [{ target: "t", alias: "x" }, refused];
    const { restored, problem } = await restoreLinks(linksNamed("x", "y"));
    expect(restored.map(({ alias }) => alias)).toEqual(["x"]);
    expect(problem).toBe(refused);
  });
});
