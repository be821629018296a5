// @vitest-environment happy-dom
import { h, render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  render(null, document.body);
  vi.useRealTimers();
  vi.resetModules();
});

/** The messages on the page. */
async function shown() {
  await vi.advanceTimersByTimeAsync(50);
  return [...document.querySelectorAll(".toast span")].map((message) => message.textContent);
}

it("keeps a message with an action longer than one without", async () => {
  const { toast, Toasts } = await import("../src/ui/toast");
  render(h(Toasts, {}), document.body);
  toast("saved");
  toast("deleted", { label: "Undo", run: () => {} });
  expect(await shown()).toEqual(["saved", "deleted"]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await shown()).toEqual(["deleted"]);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(await shown()).toEqual([]);
});

it("drops what was said to somebody who has left", async () => {
  const { toast, dropToasts, Toasts } = await import("../src/ui/toast");
  render(h(Toasts, {}), document.body);
  toast("deleted", { label: "Undo", run: () => {} });
  expect(await shown()).toEqual(["deleted"]);
  dropToasts();
  expect(await shown()).toEqual([]);
});
