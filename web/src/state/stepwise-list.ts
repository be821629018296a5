import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { nextPage } from "../api/client";
import { type ApiProblem, asProblem } from "../api/problem";

interface Page<T> {
  items: T[];
  next: string | null;
}

/** A list as far as it is loaded. */
export interface StepwiseList<T> {
  items: readonly T[];
  /** The address of the next page; `null` at the end, and before the first page is there. */
  next: string | null;
  isLoading: boolean;
  problem: ApiProblem | null;
}

/** The most requests of one step. A page may be empty although another one follows. */
const MOST_REQUESTS = 12;

/** Loads a list in steps of at least `step` items, again from the start when one of `inputs` changes. */
export function useStepwiseList<T>(first: () => Promise<Page<T>>, inputs: readonly unknown[], step = 50) {
  const pages = useSignal<StepwiseList<T>>({ items: [], next: null, isLoading: true, problem: null });
  const run = useRef(0);

  const load = async (start: () => Promise<Page<T>>, before: readonly T[]) => {
    run.current += 1;
    const current = run.current;
    let items = before;
    let load = start;
    pages.value = { ...pages.peek(), isLoading: true, problem: null };
    try {
      for (let requests = 1; ; requests += 1) {
        const page = await load();
        if (run.current !== current) return;
        items = [...items, ...page.items];
        const { next } = page;
        const isDone = next === null || items.length - before.length >= step || requests >= MOST_REQUESTS;
        pages.value = { items, next, isLoading: !isDone, problem: null };
        if (isDone) return;
        load = () => nextPage<T>(next);
      }
    } catch (error) {
      if (run.current === current) pages.value = { ...pages.peek(), isLoading: false, problem: asProblem(error) };
    }
  };
  const restart = () => load(first, []);
  const loadMore = () => {
    const { next, items, isLoading } = pages.peek();
    return next === null || isLoading ? Promise.resolve() : load(() => nextPage<T>(next), items);
  };
  const change = (edit: (items: readonly T[]) => readonly T[]) => {
    pages.value = { ...pages.peek(), items: edit(pages.peek().items) };
  };
  useEffect(() => {
    pages.value = { items: [], next: null, isLoading: true, problem: null };
    void restart();
    return () => {
      run.current += 1;
    };
    // The caller names what the list depends on.
  }, inputs);
  return { pages, restart, loadMore, change };
}
