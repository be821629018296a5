// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { ApiProblem } from "../src/api/problem";
import { PagedList, type PageSource } from "../src/state/pages";

type Page = { items: readonly string[]; next: string | null };

/** A list whose pages arrive when the test says so. */
function listOf(matches?: (item: string) => boolean) {
  const asked: string[] = [];
  const answers: ((page: Page | ApiProblem) => void)[] = [];
  const load = (address: string) =>
    new Promise<Page>((resolve, reject) => {
      asked.push(address);
      answers.push((page) => (page instanceof ApiProblem ? reject(page) : resolve(page)));
    });
  const source: PageSource<string> = {
    first: () => load("first"),
    following: load,
    idOf: (item) => item,
    ...(matches && { matches }),
  };
  const answer = async (page: Page | ApiProblem) => {
    answers.shift()?.(page);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { list: new PagedList(source), asked, answer };
}

const many = (name: string) => Array.from({ length: 50 }, (_, index) => `${name}${index}`);

describe("a list that is loaded in steps", () => {
  it("keeps a change made while a page loads", async () => {
    const { list, answer } = listOf();
    void list.restart();
    await answer({ items: many("a"), next: "second" });
    void list.loadMore();
    list.change((items) => ["new", ...items.slice(1)]);
    await answer({ items: ["b", "new"], next: null });
    expect(list.pages.value.items).toEqual(["new", ...many("a").slice(1), "b"]);
    expect(list.pages.value).toMatchObject({ isLoading: false, isComplete: true });
  });

  it("follows pages until enough items match", async () => {
    const { list, asked, answer } = listOf((item) => item.startsWith("b"));
    void list.restart();
    await answer({ items: many("a"), next: "second" });
    await answer({ items: many("b"), next: "third" });
    expect(asked).toEqual(["first", "second"]);
    expect(list.pages.value).toMatchObject({ isLoading: false, isComplete: false });
  });

  it("stops after some requests without a match", async () => {
    const { list, asked, answer } = listOf(() => false);
    void list.restart();
    for (let page = 0; page < 20; page += 1) await answer({ items: [`${page}`], next: `${page}` });
    expect(asked).toHaveLength(12);
    expect(list.pages.value).toMatchObject({ isLoading: false, isComplete: false });
  });

  it("tries the page that failed again", async () => {
    const { list, asked, answer } = listOf();
    void list.restart();
    await answer(new ApiProblem("store_unavailable", 503, ""));
    expect(list.pages.value.problem?.status).toBe(503);
    void list.loadMore();
    await answer({ items: ["a"], next: null });
    expect(asked).toEqual(["first", "first"]);
    expect(list.pages.value).toMatchObject({ items: ["a"], problem: null, isComplete: true });
  });

  it("drops a late page of an earlier start", async () => {
    const { list, answer } = listOf();
    void list.restart();
    void list.restart();
    await answer({ items: ["old"], next: null });
    await answer({ items: ["new"], next: null });
    expect(list.pages.value.items).toEqual(["new"]);
  });
});
