import { describe, expect, it } from "vitest";
import { ApiProblem } from "../src/api/problem";
import { text } from "../src/text";

const json = (body: unknown, status: number, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

describe("failed answers", () => {
  it("keep what the problem document says", async () => {
    const errors = [{ field: "/rules/0/when/1", code: "invalid", detail: "no such country" }];
    const body = { code: "invalid_fields", detail: "1 field is wrong", status: 422, errors };
    const problem = await ApiProblem.of(json(body, 422, { "x-request-id": "req_1", "retry-after": "7" }));
    expect(problem).toMatchObject({ code: "invalid_fields", status: 422, requestId: "req_1", retryAfter: 7 });
    expect(problem.at("/rules/0")?.detail).toBe("no such country");
    expect(problem.at("/rules/0/when/1")?.detail).toBe("no such country");
    expect(problem.at("/rules/00")).toBeUndefined();
  });

  it("may be HTML of a proxy", async () => {
    const problem = await ApiProblem.of(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(problem.code).toBe("unreadable");
    expect(text.problems.line(problem)).toContain("status 502");
  });

  it("may be JSON of something else", async () => {
    expect((await ApiProblem.of(json({ error: "no" }, 500))).code).toBe("unreadable");
    expect((await ApiProblem.of(json(null, 500))).code).toBe("unreadable");
  });
});
