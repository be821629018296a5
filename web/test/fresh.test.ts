// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it, vi } from "vitest";
import { useFresh } from "../src/state/resource";

const reload = vi.fn(() => Promise.resolve());
const show = (pause: number | null) =>
  act(() => {
    function Waiting() {
      useFresh(reload, pause);
      return null;
    }
    render(h(Waiting, null), document.body);
  });

afterEach(async () => {
  await act(() => render(null, document.body));
  reload.mockClear();
  vi.useRealTimers();
});

it("loads again when somebody comes back", async () => {
  await show(null);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(reload).toHaveBeenCalledTimes(1);
});

it("looks again only while somebody waits and the page is in sight", async () => {
  vi.useFakeTimers();
  await show(1_000);
  vi.advanceTimersByTime(2_500);
  expect(reload).toHaveBeenCalledTimes(2);
  const hidden = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  vi.advanceTimersByTime(5_000);
  expect(reload).toHaveBeenCalledTimes(2);
  hidden.mockRestore();
  await show(null);
  vi.advanceTimersByTime(5_000);
  expect(reload).toHaveBeenCalledTimes(2);
});
