import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/problem";

/** What is loaded from the API. A reload keeps the old value on the page until the new one is there. */
export interface Resource<T> {
  value: T | null;
  problem: ApiProblem | null;
  isLoading: boolean;
}

/** Loads a value, and loads it again when one of `inputs` changes. A late answer of an earlier load is dropped. */
export function useResource<T>(
  load: (abort: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): { resource: Signal<Resource<T>>; reload: () => Promise<void> } {
  const resource = useSignal<Resource<T>>({ value: null, problem: null, isLoading: true });
  const running = useRef<AbortController | null>(null);
  const reload = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    resource.value = { ...resource.peek(), isLoading: true };
    try {
      const value = await load(controller.signal);
      if (!controller.signal.aborted) resource.value = { value, problem: null, isLoading: false };
    } catch (error) {
      if (!controller.signal.aborted)
        resource.value = { ...resource.peek(), problem: asProblem(error), isLoading: false };
    }
  };
  useEffect(() => {
    void reload();
    return () => running.current?.abort();
    // The caller names what the value depends on.
  }, inputs);
  return { resource, reload };
}

/** Loads again when somebody comes back to the page and, with `pause`, every so many milliseconds while they look at it. */
export function useFresh(reload: () => Promise<void>, pause: number | null): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") void latest.current();
    };
    document.addEventListener("visibilitychange", look);
    const timer = pause === null ? null : setInterval(look, pause);
    return () => {
      document.removeEventListener("visibilitychange", look);
      if (timer !== null) clearInterval(timer);
    };
  }, [pause]);
}
