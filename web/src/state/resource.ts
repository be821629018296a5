import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type ApiProblem, asProblem } from "../api/problem";
import { session } from "../api/session";

/** What is loaded from the API. A reload keeps the old value on the page until the new one is there. */
export interface Resource<T> {
  value: T | null;
  problem: ApiProblem | null;
  isLoading: boolean;
}

export interface Loaded<T> {
  resource: Signal<Resource<T>>;
  reload: () => Promise<void>;
}

/** Loads a value, and loads it again when one of `inputs` changes. A late answer of an earlier load is dropped. */
export function useResource<T>(load: (abort: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
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

/** The first pause between two loads of a poll, in milliseconds. Each pause is twice as long as the one before. */
export const POLL_INTERVAL = 5_000;
/** No pause of a poll is longer. */
const LONGEST_INTERVAL = 60_000;
/** A poll ends after this time. */
const POLL_TIME = 600_000;

/** Loads again when somebody comes back to the page and, while `isPolling`, with growing pauses for some minutes. */
export function useRefresh<T>({ resource, reload }: Loaded<T>, isPolling = false): void {
  const latest = useRef(reload);
  latest.current = reload;
  const refresh = () => {
    if (document.visibilityState !== "visible" || session.peek().kind !== "signed-in") return;
    // A reload aborts the load that is running, so a slow answer would never arrive.
    if (!resource.peek().isLoading) void latest.current();
  };
  useEffect(() => {
    document.addEventListener("visibilitychange", refresh);
    return () => document.removeEventListener("visibilitychange", refresh);
  }, []);
  useEffect(() => {
    if (!isPolling) return;
    let timer: ReturnType<typeof setTimeout>;
    const poll = (pause: number, left: number) => {
      if (pause > left) return;
      timer = setTimeout(() => {
        refresh();
        poll(Math.min(2 * pause, LONGEST_INTERVAL), left - pause);
      }, pause);
    };
    poll(POLL_INTERVAL, POLL_TIME);
    return () => clearTimeout(timer);
  }, [isPolling]);
}
