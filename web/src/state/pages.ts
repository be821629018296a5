import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { nextPage } from "../api/client";
import { type ApiProblem, asProblem } from "../api/problem";

/** How many items are loaded at a time. A page may have fewer. */
const STEP = 50;

/**
 * A list of the API, loaded page by page as far as it is wanted. `matches` says which items count: pages are loaded until
 * some more of them are there. `first` is the address of the first page; another one starts again.
 */
export function usePages<T>(first: string, matches: (item: T) => boolean = () => true) {
  const items = useSignal<readonly T[]>([]);
  const isLoading = useSignal(true);
  const isComplete = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const next = useRef<string | null>(first);
  /** Counts the starts, so that a late page of an earlier one is dropped. */
  const start = useRef(0);
  const isRunning = useRef(false);
  const wanted = useRef(matches);
  wanted.current = matches;

  const loadMore = async () => {
    const current = start.current;
    if (isRunning.current || next.current === null) return;
    isRunning.current = true;
    isLoading.value = true;
    problem.value = null;
    const found = () => items.peek().filter(wanted.current).length;
    const enough = found() + STEP;
    try {
      while (next.current !== null && found() < enough) {
        const page: { items: T[]; next: string | null } = await nextPage<T>(next.current);
        if (start.current !== current) return;
        next.current = page.next;
        items.value = [...items.peek(), ...page.items];
      }
      isComplete.value = next.current === null;
    } catch (error) {
      if (start.current === current) problem.value = asProblem(error);
    } finally {
      if (start.current === current) {
        isRunning.current = false;
        isLoading.value = false;
      }
    }
  };

  const restart = () => {
    start.current += 1;
    next.current = first;
    isRunning.current = false;
    isComplete.value = false;
    items.value = [];
    void loadMore();
  };

  useEffect(() => {
    restart();
    return () => {
      start.current += 1;
    };
  }, [first]);

  return { items, isLoading, isComplete, problem, loadMore, restart };
}
