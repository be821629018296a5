// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { session, type User } from "../src/api/session";
import { POLL_INTERVAL, useRefresh, useResource } from "../src/state/resource";

const user = { id: "usr_1" } as User;
const answers: ((value: string) => void)[] = [];
const load = vi.fn((_abort: AbortSignal) => new Promise<string>((resolve) => answers.push(resolve)));

const show = (isPolling: boolean) =>
  act(() => {
    function Page() {
      const loaded = useResource(load, []);
      useRefresh(loaded, isPolling);
      return h("p", null, loaded.resource.value.value);
    }
    render(h(Page, null), document.body);
  });
const answer = (value: string) => act(async () => answers.splice(0).forEach((resolve) => void resolve(value)));
const comeBack = () => document.dispatchEvent(new Event("visibilitychange"));

beforeEach(() => {
  vi.useFakeTimers();
  session.value = { kind: "signed-in", user };
});
afterEach(async () => {
  await act(() => render(null, document.body));
  answers.length = 0;
  load.mockClear();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("loads again when somebody comes back", async () => {
  await show(false);
  await answer("one");
  comeBack();
  expect(load).toHaveBeenCalledTimes(2);
});

it("lets a slow load end", async () => {
  await show(true);
  comeBack();
  vi.advanceTimersByTime(10 * POLL_INTERVAL);
  expect(load).toHaveBeenCalledTimes(1);
  await answer("slow");
  expect(document.body.textContent).toBe("slow");
});

it("polls while the page is in sight", async () => {
  await show(true);
  await answer("one");
  const hidden = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  vi.advanceTimersByTime(POLL_INTERVAL);
  expect(load).toHaveBeenCalledTimes(1);
  hidden.mockRestore();
  vi.advanceTimersByTime(2 * POLL_INTERVAL);
  expect(load).toHaveBeenCalledTimes(2);
});

it("polls with growing pauses and ends", async () => {
  const times: number[] = [];
  const start = Date.now();
  load.mockImplementation(async () => {
    times.push((Date.now() - start) / 1_000);
    return "";
  });
  await show(true);
  await act(() => vi.advanceTimersByTimeAsync(3_600_000).then(() => {}));
  load.mockImplementation((_abort) => new Promise<string>((resolve) => answers.push(resolve)));
  expect(times.slice(0, 6)).toEqual([0, 5, 15, 35, 75, 135]);
  expect(times.at(-1)).toBeLessThanOrEqual(600);
});

it("stops while the session is over", async () => {
  await show(true);
  await answer("one");
  session.value = { kind: "ended", user };
  comeBack();
  vi.advanceTimersByTime(POLL_INTERVAL);
  expect(load).toHaveBeenCalledTimes(1);
});
