import { describe, expect, it } from "vitest";
import { ApiProblem, asProblem } from "../src/api/problem";
import { text } from "../src/text";
import { type Retagged, type RetagProgress, retag, storedTag } from "../src/views/tags/retag";

const busy = new ApiProblem("budget_exhausted", 503, "", null, [], 7);
const gone = new ApiProblem("not_found", 404, "");
const done = (changed: number): Retagged => ({ tag: "new", changed, done: true });
const part = (changed: number): Retagged => ({ tag: "new", changed, done: false });

async function run(answers: (Retagged | ApiProblem)[], stopAfter = Number.POSITIVE_INFINITY) {
  const progress: RetagProgress[] = [];
  const slept: number[] = [];
  let requests = 0;
  const outcome = await retag({
    step: async () => {
      const answer = answers[requests];
      requests += 1;
      if (answer === undefined) throw new Error("no more answers");
      if (answer instanceof ApiProblem) throw answer;
      return answer;
    },
    asProblem,
    sleep: async (seconds) => {
      slept.push(seconds);
    },
    isStopped: () => requests >= stopAfter,
    onProgress: (now) => progress.push(now),
  });
  return { outcome, progress, slept, requests };
}

describe("changing a tag", () => {
  it("repeats the request until it is done", async () => {
    const { outcome, progress } = await run([part(30), part(30), done(5)]);
    expect(outcome).toEqual({ kind: "done", changed: 65 });
    expect(progress.map((now) => now.changed)).toEqual([0, 30, 60]);
  });

  it("waits as long as hop asks, and goes on", async () => {
    const { outcome, slept } = await run([part(30), busy, done(1)]);
    expect(outcome).toEqual({ kind: "done", changed: 31 });
    expect(slept).toEqual([7]);
  });

  it("gives up after some failures in a row, and says what is done", async () => {
    const { outcome, requests } = await run([part(30), busy, busy, busy, busy]);
    expect(outcome).toEqual({ kind: "failed", changed: 30, problem: busy });
    expect(requests).toBe(5);
  });

  it("takes 404 as the end once something was changed", async () => {
    expect((await run([part(3), gone])).outcome).toEqual({ kind: "done", changed: 3 });
    expect((await run([busy, gone])).outcome).toEqual({ kind: "done", changed: 0 });
    expect((await run([gone])).outcome).toEqual({ kind: "none" });
  });

  it("does not repeat a refusal", async () => {
    const refused = new ApiProblem("forbidden", 403, "");
    expect(await run([refused])).toMatchObject({ outcome: { kind: "failed", problem: refused }, requests: 1 });
  });

  it("stops between two requests", async () => {
    expect(await run([part(3), part(3)], 1)).toMatchObject({ outcome: { kind: "stopped", changed: 3 }, requests: 1 });
  });
});

describe("the words of tags", () => {
  it("say what is only a lower bound", () => {
    expect(text.tags.links(1, true)).toBe("1 link");
    expect(text.tags.links(1000, false)).toBe("at least 1,000 links");
  });

  it("name a tag as it is stored", () => {
    expect(storedTag("  Spring  Sale ")).toBe("spring-sale");
    expect(storedTag("ÉTÉ")).toBe("été");
  });
});
