import { describe, expect, it } from "vitest";
import { hasUtm, parameterOf, withParameter } from "../src/views/edit/utm";
import { withScheme } from "../src/views/links/target";

describe("campaign parameters of a target", () => {
  it("are read from its query", () => {
    expect(parameterOf("https://a.example/?utm_source=a+b%26c&utm_source=2#x?utm_id=1", "utm_source")).toBe("a b&c");
    expect(parameterOf("https://a.example/#?utm_source=1", "utm_source")).toBe("");
    expect(hasUtm("a.example/?utm_id=7")).toBe(true);
    expect(hasUtm("https://a.example/utm_id=7")).toBe(false);
  });

  it.each([
    ["https://a.example", "x", "https://a.example?utm_source=x"],
    ["https://a.example/#top", "x", "https://a.example/?utm_source=x#top"],
    ["https://a.example/?#top", "x", "https://a.example/?utm_source=x#top"],
    ["https://a.example/?a=1&utm_source=o&b=%20&utm_source=p", "x y", "https://a.example/?a=1&utm_source=x+y&b=%20"],
    ["https://a.example/?a=1&utm_source=o&b=2", "", "https://a.example/?a=1&b=2"],
    ["https://a.example/?utm_source=o", "", "https://a.example/"],
    ["https://a.example/{path}?q={query.q}", "x", "https://a.example/{path}?q={query.q}&utm_source=x"],
    ["", "x", "?utm_source=x"],
  ])("change %s", (target, value, expected) => {
    expect(withParameter(target, "utm_source", value)).toBe(expected);
  });
});

describe("a pasted address", () => {
  it.each([
    [" example.com/x ", "https://example.com/x"],
    ["localhost:8080/x", "https://localhost:8080/x"],
    ["http://example.com", "http://example.com"],
    ["mailto:a@b.example", "mailto:a@b.example"],
    ["", ""],
  ])("%s", (typed, expected) => {
    expect(withScheme(typed)).toBe(expected);
  });
});
