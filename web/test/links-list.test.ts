// @vitest-environment happy-dom
import { h, render } from "preact";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../src/api/problem";

type Answer = (value: unknown) => void;
const server = vi.hoisted(() => ({
  pages: new Map<string, unknown>(),
  asked: [] as string[],
  checks: [] as { domain: string; alias: string; answer: (value: unknown) => void }[],
}));
vi.mock("../src/api/client", () => ({
  nextPage: async (address: string) => {
    server.asked.push(address);
    return server.pages.get(address) ?? { items: [], next: null };
  },
  call: (answer: unknown) => answer,
  api: {
    GET: (_path: string, { params }: { params: { path: { alias: string }; query: { domain: string } } }) =>
      new Promise((answer: Answer) => {
        server.checks.push({ domain: params.query.domain, alias: params.path.alias, answer });
      }),
  },
}));

const { useLinkList } = await import("../src/views/links/list");
const { useAvailability } = await import("../src/views/links/availability");

const FILTER = { domain: "d", tag: "", owner: "", state: "", days: "", q: "" };
const FIRST = "/api/v1/links?domain=d&limit=100";
const links = (...ids: string[]) => ids.map((id) => ({ id, created_at: "2026-11-01T00:00:00Z" }));

/** Calls a hook as a component does. */
function mount<P, R>(hook: (input: P) => R, first: NoInfer<P>) {
  const root = document.createElement("div");
  let result: R | undefined;
  const Host = ({ input }: { input: P }) => {
    result = hook(input);
    return null;
  };
  const show = (input: P) => render(h(Host, { input }), root);
  show(first);
  return {
    show,
    leave: () => render(null, root),
    get now() {
      if (result === undefined) throw new Error("not rendered");
      return result;
    },
  };
}

beforeEach(() => {
  server.pages.clear();
  server.asked = [];
  server.checks = [];
});

describe("the list", () => {
  const shown = async () => {
    server.pages.set(FIRST, { items: links("a", "b"), next: "/2" });
    server.pages.set("/2", { items: links("c"), next: null });
    const list = mount(useLinkList, FILTER);
    await vi.waitFor(() => expect(list.now.links.peek()).toHaveLength(2));
    return list;
  };

  it("loads more when all loaded links were removed", async () => {
    const list = await shown();
    list.now.remove(new Set(["a"]));
    expect(server.asked).toEqual([FIRST]);
    list.now.remove(new Set(["b"]));
    await vi.waitFor(() => expect(list.now.links.peek().map(({ id }) => id)).toEqual(["c"]));
  });

  it("takes only links that it has when links change", async () => {
    const list = await shown();
    list.now.replace([{ id: "b", title: "new" }, { id: "z" }] as never);
    expect(list.now.links.peek()).toMatchObject([{ id: "a" }, { id: "b", title: "new" }]);
    expect(list.now.links.peek()).toHaveLength(2);
  });

  it("is not loaded again after the view is left", async () => {
    const list = await shown();
    const { restart } = list.now;
    restart();
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    list.leave();
    restart();
    expect(server.asked).toEqual([FIRST, FIRST]);
  });

  it("is loaded again with the filters of now", async () => {
    const list = await shown();
    const { restart } = list.now;
    list.show({ ...FILTER, tag: "x" });
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    restart();
    expect(server.asked[2]).toBe(`${FIRST}&tag=x`);
  });
});

describe("the check of an alias", () => {
  const asked = (count: number) => vi.waitFor(() => expect(server.checks).toHaveLength(count));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

  it("drops a late answer for another domain", async () => {
    const check = mount<string, ReturnType<typeof useAvailability>>(useAvailability, "one.example");
    check.now.check("a");
    await asked(1);
    check.show("two.example");
    check.now.check("a");
    server.checks[0]?.answer({ available: true });
    await settle();
    expect(check.now.state.peek()).toEqual({ kind: "checking" });
    await asked(2);
    server.checks[1]?.answer({ available: false, reason: "alias_taken" });
    await vi.waitFor(() => expect(check.now.state.peek()).toMatchObject({ kind: "taken" }));
    expect(server.checks.map(({ domain }) => domain)).toEqual(["one.example", "two.example"]);
  });

  it("forgets its answer when the domain changes", async () => {
    const check = mount<string, ReturnType<typeof useAvailability>>(useAvailability, "one.example");
    check.now.check("a");
    await asked(1);
    check.show("two.example");
    await settle();
    server.checks[0]?.answer({ available: true });
    await settle();
    expect(check.now.state.peek()).toEqual({ kind: "none" });
  });
});

describe("the card that creates a link", async () => {
  const { aliasError, isShownAtFields, leftAfter } = await import("../src/views/links/draft");
  const wrong = (...fields: string[]) =>
    new ApiProblem(
      "invalid_fields",
      422,
      "",
      null,
      fields.map((field) => ({ field, code: "invalid", detail: `${field} is wrong` }) as never),
    );

  it("keeps what was typed while a creation was running", () => {
    const sent = { target: "t", alias: "a" };
    expect(leftAfter({ target: "t", alias: "a" }, sent)).toEqual({ target: "", alias: "" });
    expect(leftAfter({ target: "t2", alias: "a" }, sent)).toEqual({ target: "t2", alias: "" });
  });

  it("shows errors of the alias and of the domain at the alias", () => {
    expect(aliasError(wrong("/target", "/alias"))).toContain("/alias is wrong");
    expect(aliasError(wrong("/domain"))).toContain("/domain is wrong");
    expect(aliasError(new ApiProblem("alias_taken", 409, ""))).toBe("taken");
    expect(aliasError(wrong("/target"))).toBeNull();
  });

  it("has a notice for errors that belong to no field", () => {
    expect(isShownAtFields(wrong("/target", "/alias"))).toBe(true);
    expect(isShownAtFields(wrong("/alias", "/owner"))).toBe(false);
    expect(isShownAtFields(ApiProblem.offline())).toBe(false);
  });
});

describe("the arrow keys", async () => {
  const { firstVisible } = await import("../src/views/links/row-focus");
  const boxes = (...tops: number[]) => tops.map((top) => ({ top, bottom: top + 68 }));

  it("begin at the first row inside the window", () => {
    expect(firstVisible(boxes(-90, -22, 46, 114), 600)).toBe(2);
  });

  it("begin at a row that is partly visible if the window is small", () => {
    expect(firstVisible(boxes(-90, -22, 46), 60)).toBe(1);
    expect(firstVisible([], 60)).toBe(-1);
  });
});

it("says why a search is refused", async () => {
  const { refusedSearch } = await import("../src/views/links/source");
  const error = { field: "/q", code: "invalid", detail: "q must have a letter" } as never;
  expect(refusedSearch(new ApiProblem("invalid_fields", 422, "", null, [error]))).toBe(
    "The search must have a letter.",
  );
  expect(refusedSearch(ApiProblem.offline())).toBeNull();
  expect(refusedSearch(null)).toBeNull();
});
