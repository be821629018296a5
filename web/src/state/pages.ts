import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { nextPage } from "../api/client";
import { type ApiProblem, asProblem } from "../api/problem";

interface Page<T> {
  items: readonly T[];
  next: string | null;
}

/** A list as far as it is loaded. */
export interface Pages<T> {
  items: readonly T[];
  isLoading: boolean;
  /** Whether the last page is there. */
  isComplete: boolean;
  problem: ApiProblem | null;
}

export interface PageSource<T> {
  first: () => Promise<Page<T>>;
  following: (address: string) => Promise<Page<T>>;
  /** Identifies an item, so that one that a change has put into the list does not appear again in a later page. */
  idOf: (item: T) => string;
  /** Which items count. Pages are loaded until some more of them are there. */
  matches?: (item: T) => boolean;
}

/** How many items are loaded at a time. A page may have fewer. */
const STEP = 50;
/** The most requests of one step. A page may be empty although another one follows. */
const MOST_REQUESTS = 12;

const START = { items: [], isLoading: true, isComplete: false, problem: null };

/** A list of the API, loaded in steps. It can be changed at any time, also while a page is on its way. */
export class PagedList<T> {
  readonly pages = signal<Pages<T>>(START);
  /** The address of the next page. `undefined`: the first page is not there yet. `null`: there is none. */
  private next: string | null | undefined;
  private isRunning = false;
  /** Counts the starts, so that a late page of an earlier one is dropped. */
  private start = 0;

  constructor(public source: PageSource<T>) {}

  /** Loads the next step, or tries again what failed. */
  loadMore = async (): Promise<void> => {
    if (this.isRunning || this.next === null) return;
    const { start } = this;
    this.isRunning = true;
    this.put({ isLoading: true, problem: null });
    try {
      let found = 0;
      for (let requests = 0; requests < MOST_REQUESTS && found < STEP; requests += 1) {
        const page: Page<T> = await this.load();
        if (this.start !== start) return;
        const { idOf, matches = () => true } = this.source;
        const known = new Set(this.pages.peek().items.map(idOf));
        const items = page.items.filter((item) => !known.has(idOf(item)));
        found += items.filter(matches).length;
        this.next = page.next;
        this.put({ items: [...this.pages.peek().items, ...items] });
        if (page.next === null) break;
      }
      this.put({ isLoading: false, isComplete: this.next === null });
    } catch (error) {
      if (this.start === start) this.put({ isLoading: false, problem: asProblem(error) });
    } finally {
      if (this.start === start) this.isRunning = false;
    }
  };

  restart = (): Promise<void> => {
    this.drop();
    this.next = undefined;
    this.pages.value = START;
    return this.loadMore();
  };

  change = (edit: (items: readonly T[]) => readonly T[]): void => {
    this.put({ items: edit(this.pages.peek().items) });
  };

  private load(): Promise<Page<T>> {
    return typeof this.next === "string" ? this.source.following(this.next) : this.source.first();
  }

  /** Ignores a page that is on its way. */
  drop(): void {
    this.start += 1;
    this.isRunning = false;
  }

  private put(part: Partial<Pages<T>>): void {
    this.pages.value = { ...this.pages.peek(), ...part };
  }
}

/** A list of the API, loaded in steps, again from the start when one of `inputs` changes. */
export function usePages<T>(source: Omit<PageSource<T>, "following">, inputs: readonly unknown[]) {
  const latest = { ...source, following: nextPage<T> };
  const list = useRef<PagedList<T> | null>(null);
  list.current ??= new PagedList(latest);
  list.current.source = latest;
  const { pages, loadMore, restart, change } = list.current;
  useEffect(() => {
    void restart();
    return () => list.current?.drop();
    // The caller names what the list depends on.
  }, inputs);
  return { pages, loadMore, restart, change };
}
