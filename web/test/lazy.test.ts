// @vitest-environment happy-dom
import { h, render } from "preact";
import { afterEach, expect, it, vi } from "vitest";
import { text } from "../src/text";
import { lazyView } from "../src/ui/lazy";

afterEach(() => {
  render(null, document.body);
  vi.restoreAllMocks();
});

it("shows a view once its file is there", async () => {
  const View = lazyView(async () => ({ default: () => h("h1", null, "Tags") }));
  render(h(View, {}), document.body);
  await vi.waitFor(() => expect(document.querySelector("h1")?.textContent).toBe("Tags"));
});

it("offers a reload of the page when the file does not come", async () => {
  const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
  const View = lazyView<object>(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  render(h(View, {}), document.body);
  await vi.waitFor(() => expect(document.querySelector("[role=alert]")?.textContent).toContain(text.lazy.title));
  document.querySelector("button")?.click();
  expect(reload).toHaveBeenCalledOnce();
});
