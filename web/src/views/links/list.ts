import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Link } from "../../api/client";
import { now } from "../../api/clock";
import { type ApiProblem, asProblem } from "../../api/problem";
import { domains } from "../../state/me";
import { type LinkFilter, LinkSource } from "./source";

/** How many links are loaded at a time. */
const STEP = 100;

/** The links that match a filter, loaded as far as somebody scrolls. */
export function useLinkList(filter: LinkFilter) {
  const links = useSignal<readonly Link[]>([]);
  const isLoading = useSignal(true);
  const isComplete = useSignal(false);
  const problem = useSignal<ApiProblem | null>(null);
  const examined = useSignal(0);
  const source = useRef<LinkSource | null>(null);
  const isRunning = useRef(false);
  const isShown = useRef(true);
  const wanted = useRef(filter);
  wanted.current = filter;

  const loadMore = async () => {
    const current = source.current;
    if (current === null || isRunning.current || isComplete.peek() || problem.peek() !== null) return;
    isRunning.current = true;
    isLoading.value = true;
    try {
      const isWanted = () => {
        examined.value = current.examined;
        return source.current === current;
      };
      const more = await current.next(STEP, isWanted);
      if (source.current !== current) return;
      links.value = [...links.peek(), ...more];
      isComplete.value = current.isAtEnd;
    } catch (error) {
      if (source.current === current) problem.value = asProblem(error);
    } finally {
      if (source.current === current) {
        isRunning.current = false;
        isLoading.value = false;
      }
    }
  };

  /** Loads the list again. Nothing happens when the view is left: an "Undo" may come later. */
  const restart = () => {
    if (!isShown.current) return;
    const filter = wanted.current;
    const names = filter.domain === "" ? domains.peek().map((one) => one.domain) : [filter.domain];
    source.current = new LinkSource(names, filter, now());
    isRunning.current = false;
    isComplete.value = false;
    problem.value = null;
    examined.value = 0;
    links.value = [];
    void loadMore();
  };

  useLayoutEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  useEffect(() => {
    restart();
    return () => {
      source.current = null;
    };
  }, Object.values(filter));

  /** Replaces a link, or adds it at the top. */
  const put = (link: Link) => {
    if (links.peek().some(({ id }) => id === link.id)) replace([link]);
    else links.value = [link, ...links.peek()];
  };
  /** Replaces links, as far as they are in the list. */
  const replace = (changed: readonly Link[]) => {
    const byId = new Map(changed.map((link) => [link.id, link]));
    links.value = links.peek().map((link) => byId.get(link.id) ?? link);
  };
  /** Removes links. If no loaded one is left, the next ones are loaded. */
  const remove = (ids: ReadonlySet<string>) => {
    links.value = links.peek().filter(({ id }) => !ids.has(id));
    if (links.peek().length === 0) void loadMore();
  };
  return { links, isLoading, isComplete, problem, examined, loadMore, restart, put, replace, remove };
}
