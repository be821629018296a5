// @vitest-environment happy-dom
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ChipField } from "../src/ui/chips";

const onValues = vi.fn();
const choices = [{ value: "DE", label: "Germany" }];

async function type(typed: string): Promise<HTMLInputElement> {
  const input = document.querySelector("input") as HTMLInputElement;
  input.value = typed;
  await act(() => void input.dispatchEvent(new InputEvent("input", { inputType: "insertText", bubbles: true })));
  return input;
}
const press = (input: Element, init: KeyboardEventInit) =>
  act(() => void input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...init })));

beforeEach(() =>
  render(h(ChipField, { label: "Countries", values: [], onValues, choices, parse: () => null }), document.body),
);
afterEach(() => {
  render(null, document.body);
  onValues.mockClear();
});

it("adds a choice by its label", async () => {
  await press(await type("germany"), {});
  expect(onValues).toHaveBeenCalledWith(["DE"]);
});

it("lets an unclear text be corrected", async () => {
  await press(await type("Nowhere"), {});
  expect(onValues).not.toHaveBeenCalled();
  expect(document.body.textContent).toContain("“Nowhere” is not one of the choices");
});

it("keeps an unclear text that is left", async () => {
  const input = await type("Nowhere");
  await act(() => void input.dispatchEvent(new FocusEvent("blur")));
  expect(onValues).toHaveBeenCalledWith(["Nowhere"]);
});

it("keeps an unclear text when the form is saved", async () => {
  await press(await type("Nowhere"), { ctrlKey: true });
  expect(onValues).toHaveBeenCalledWith(["Nowhere"]);
});
