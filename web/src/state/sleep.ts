/** Waits some seconds. An abort ends the wait at once, and is no error. */
export function sleep(seconds: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1_000);
    stop.addEventListener("abort", end);
  });
}
