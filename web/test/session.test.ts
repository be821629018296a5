// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

type Answer = { status: number; body?: unknown };

const USER = { id: "usr_1", email: "ann@example.com", name: "Ann", role: "owner" };
const signedIn = (token: string, user = USER) => ({ access_token: token, expires_in: 900, refresh_token: null, user });

/** Answers of the API by path, and the requests that it got. */
let answers: Record<string, (request: Request) => Answer | Promise<Answer>> = {};
let requests: string[] = [];

/** The modules keep state, so each test gets new ones: a tab. */
async function tab() {
  vi.resetModules();
  const session = await import("../src/api/session");
  const client = await import("../src/api/client");
  return { ...session, ...client };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
beforeEach(() => {
  localStorage.clear();
  answers = {};
  requests = [];
  vi.stubGlobal("fetch", async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(
      new URL(input instanceof Request ? input.url : input, "http://hop.example/"),
      input instanceof Request ? input : init,
    );
    const { pathname } = new URL(request.url);
    requests.push(`${request.method} ${pathname} ${request.headers.get("authorization") ?? "-"}`);
    const answer = await answers[pathname]?.(request);
    return new Response(answer?.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer?.status ?? 404,
    });
  });
});

const me = (app: Awaited<ReturnType<typeof tab>>) =>
  app.send("http://hop.example/api/v1/me").then((response) => response.json());

describe("a session", () => {
  it("asks for nothing on a first visit", async () => {
    const app = await tab();
    await app.resume();
    expect([app.session.value.kind, requests]).toEqual(["signed-out", []]);
  });

  it("continues with the cookie", async () => {
    localStorage.setItem("hop.session", "1");
    answers = {
      "/api/v1/token": () => ({ status: 200, body: signedIn("one") }),
      "/api/v1/me": () => ({ status: 200, body: { ok: true } }),
    };
    const app = await tab();
    await app.resume();
    expect(app.session.value).toEqual({ kind: "signed-in", user: USER });
    expect(await me(app)).toEqual({ ok: true });
    expect(requests).toEqual(["POST /api/v1/token -", "GET /api/v1/me Bearer one"]);
  });

  it("is over if the cookie is refused", async () => {
    localStorage.setItem("hop.session", "1");
    answers = { "/api/v1/token": () => ({ status: 401, body: {} }) };
    const app = await tab();
    await app.resume();
    expect([app.session.value.kind, localStorage.getItem("hop.session")]).toEqual(["signed-out", null]);
  });

  it("renews a refused token once for all requests", async () => {
    answers = {
      "/api/v1/token": () => ({ status: 200, body: signedIn("two") }),
      "/api/v1/me": (request) =>
        request.headers.get("authorization") === "Bearer two"
          ? { status: 200, body: { ok: true } }
          : { status: 401, body: {} },
    };
    const app = await tab();
    app.start(signedIn("one") as never);
    expect(await Promise.all([me(app), me(app), me(app)])).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
  });

  it("that ended lets requests wait for the next sign-in", async () => {
    answers = {
      "/api/v1/token": () => ({ status: 401, body: {} }),
      "/api/v1/me": (request) =>
        request.headers.get("authorization") === "Bearer new"
          ? { status: 200, body: { ok: true } }
          : { status: 401, body: {} },
    };
    const app = await tab();
    app.start(signedIn("old") as never);
    const answer = me(app);
    await vi.waitFor(() => expect(app.session.value.kind).toBe("ended"));
    const renewals = () => requests.filter((request) => request.startsWith("POST /api/v1/token")).length;
    const [before, later] = [renewals(), me(app)];
    await vi.waitFor(() => expect(requests.filter((request) => request.includes("/me"))).toHaveLength(2));
    app.start(signedIn("new") as never);
    expect(await Promise.all([answer, later])).toEqual([{ ok: true }, { ok: true }]);
    expect(renewals()).toBe(before);
    expect(app.session.value.kind).toBe("signed-in");
  });

  it("of somebody else does not send what waited", async () => {
    answers = {
      "/api/v1/token": () => ({ status: 401, body: {} }),
      "/api/v1/me": (request) =>
        request.headers.get("authorization") === "Bearer other"
          ? { status: 200, body: { ok: true } }
          : { status: 401, body: { code: "unauthenticated", detail: "no", errors: [] } },
    };
    const app = await tab();
    app.start(signedIn("old") as never);
    const answer = me(app);
    await vi.waitFor(() => expect(app.session.value.kind).toBe("ended"));
    app.leave();
    app.start(signedIn("other", { ...USER, id: "usr_2" }) as never);
    await expect(answer).rejects.toMatchObject({ code: "unauthenticated" });
    expect(requests).not.toContain("GET /api/v1/me Bearer other");
    expect(requests).not.toContain("GET /api/v1/me -");
  });

  it("is not over because the store did not answer", async () => {
    answers = {
      "/api/v1/token": () => ({ status: 503, body: { code: "store_unavailable", detail: "later", errors: [] } }),
    };
    localStorage.setItem("hop.session", "1");
    const app = await tab();
    await expect(app.resume()).rejects.toMatchObject({ code: "store_unavailable" });
    expect([app.session.value.kind, localStorage.getItem("hop.session")]).toEqual(["unknown", "1"]);
  });

  it("works without storage", async () => {
    const forbidden = () => {
      throw new Error("forbidden");
    };
    vi.stubGlobal("localStorage", { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
    answers = { "/api/v1/token": () => ({ status: 200, body: signedIn("one") }) };
    const app = await tab();
    await app.resume();
    expect(app.session.value.kind).toBe("signed-in");
  });
});

it("sends a read again that the store did not answer", async () => {
  let tries = 0;
  answers = {
    "/api/v1/me": () => {
      tries += 1;
      return tries < 3
        ? { status: 503, body: { code: "store_unavailable", detail: "later", errors: [] } }
        : { status: 200, body: { ok: true } };
    },
  };
  const app = await tab();
  app.start(signedIn("one") as never);
  vi.useFakeTimers();
  const answer = me(app);
  await vi.advanceTimersByTimeAsync(999);
  expect(tries).toBe(1);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(await answer).toEqual({ ok: true });
  expect(tries).toBe(3);
});
