import { describe, expect, it } from "vitest";
import { choicesFor, typedValue } from "../src/views/edit/list-values";

describe("a typed value of a condition", () => {
  it.each([
    ["country", "de", "DE"],
    ["country", "Germ", "DE"],
    ["country", "germany", "DE"],
    ["country", "United", null],
    ["country", "Nowhere", null],
    ["language", "pt-BR", "pt-BR"],
    ["language", "Germ", "de"],
    ["language", "Klingon", null],
    ["address", "192.0.2.0/24", "192.0.2.0/24"],
  ] as const)("%s %s is %s", (type, typed, expected) => {
    expect(typedValue(typed, type, choicesFor(type))).toBe(expected);
  });
});
