import { signal } from "@preact/signals";
import { learnTime } from "./clock";
import { ApiProblem } from "./problem";

/** Whether the last request got an answer. */
export const isOnline = signal(navigator.onLine);
addEventListener("online", () => {
  isOnline.value = true;
});
addEventListener("offline", () => {
  isOnline.value = false;
});

/** An answer that takes longer has failed. */
const TIMEOUT = 30_000;

/** Sends a request to the deployment. Throws a problem if there is no answer. */
export async function exchange(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const given = init.signal ?? (input instanceof Request ? input.signal : undefined);
  const timeout = AbortSignal.timeout(TIMEOUT);
  const signals = given ? [given, timeout] : [timeout];
  try {
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals), redirect: "error" });
    isOnline.value = true;
    learnTime(response);
    return response;
  } catch (error) {
    if (given?.aborted) throw error;
    if (timeout.aborted) throw ApiProblem.slow();
    isOnline.value = false;
    throw ApiProblem.offline();
  }
}
