import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
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
      links.value = [...links.value, ...more];
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

  const restart = () => {
    const names = filter.domain === "" ? domains.peek().map((one) => one.domain) : [filter.domain];
    source.current = new LinkSource(names, filter, now());
    isRunning.current = false;
    isComplete.value = false;
    problem.value = null;
    examined.value = 0;
    links.value = [];
    void loadMore();
  };

  useEffect(() => {
    restart();
    return () => {
      source.current = null;
    };
  }, Object.values(filter));

  /** Replaces a link, or adds it at the top. */
  const put = (link: Link) => {
    const known = links.value.some(({ id }) => id === link.id);
    links.value = known ? links.value.map((one) => (one.id === link.id ? link : one)) : [link, ...links.value];
  };
  const remove = (ids: ReadonlySet<string>) => {
    links.value = links.value.filter(({ id }) => !ids.has(id));
  };
  return { links, isLoading, isComplete, problem, examined, loadMore, restart, put, remove };
}
