// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { pastedAddress } from "../src/views/links/paste";

const ADDRESS = "https://example.com/a";
const paste = (pasted: string) =>
  pastedAddress({ clipboardData: { getData: () => pasted } } as unknown as ClipboardEvent, document);

/** Shows a page. Its element with the identifier `focus` has the focus. */
function page(html: string): void {
  document.body.innerHTML = html;
  document.getElementById("focus")?.focus();
}

afterEach(() => page(""));

it.each([
  ["beside all fields", "<input>", ADDRESS],
  ["on a checkbox", '<input type="checkbox" id="focus">', ADDRESS],
  ["on a button", '<button id="focus"></button>', ADDRESS],
  ["in a text field", '<input id="focus">', null],
  ["in a search field", '<input type="search" id="focus">', null],
  ["in a text area", '<textarea id="focus"></textarea>', null],
  ["beside an open dialog", "<dialog open></dialog>", null],
  ["beside a closed dialog", "<dialog></dialog>", ADDRESS],
] as const)("an address %s", (_where, html, expected) => {
  page(html);
  expect(paste(ADDRESS)).toBe(expected);
});

it.each([
  [` ${ADDRESS}\n`, ADDRESS],
  ["https://example.com/a and more", null],
  ["https:", null],
  ["example.com", null],
  ["javascript:alert(1)", null],
])("the pasted text %j", (pasted, expected) => {
  expect(paste(pasted)).toBe(expected);
});
