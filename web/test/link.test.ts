import { describe, expect, it } from "vitest";
import { destinationOf, isWebAddress, movedTo } from "../src/views/link/destination";
import { asSettings, qrAddress, USUAL } from "../src/views/link/qr-query";
import { reasonInWords } from "../src/views/link/reasons";

describe("where a link leads", () => {
  const target = "https://example.com/a";
  const fallback = "https://example.com/sorry";

  it.each([
    ["live", null, { kind: "target", url: target }],
    ["scheduled", fallback, { kind: "waiting" }],
    ["ended", null, { kind: "gone" }],
    ["ended", fallback, { kind: "fallback", url: fallback }],
    ["used_up", fallback, { kind: "fallback", url: fallback }],
    ["disabled", fallback, { kind: "fallback", url: fallback }],
    ["blocked", fallback, { kind: "blocked" }],
    ["deleted", fallback, { kind: "gone" }],
  ] as const)("%s with the fallback %s", (state, to, expected) => {
    expect(destinationOf({ state, target, fallback: to })).toEqual(expected);
  });

  it("finds the new alias in a problem", () => {
    expect(movedTo('The link of this alias has moved to "spring-2026".')).toBe("spring-2026");
    expect(movedTo("There is no such link.")).toBeNull();
  });

  it("opens only addresses of the web", () => {
    expect(isWebAddress("HTTPS://example.com")).toBe(true);
    expect(isWebAddress("javascript:alert(1)")).toBe(false);
  });
});

describe("QR codes", () => {
  it("escapes alias and colours", () => {
    const address = qrAddress({ alias: "a😀b", domain: "hop.example" }, USUAL, "png");
    expect(address).toBe(
      "/api/v1/links/a%F0%9F%98%80b/qr?domain=hop.example&size=512&margin=4&level=M&color=%23000000&background=%23ffffff&format=png",
    );
  });

  it("survives stored settings of any kind", () => {
    expect(asSettings(null)).toEqual(USUAL);
    expect(asSettings({ size: 7, level: "X", color: "#123456" } as never)).toEqual({ ...USUAL, color: "#123456" });
  });
});

describe("reasons", () => {
  it("explains rules of hop and quotes words of agents", () => {
    expect(reasonInWords("no_user_agent")).toBe("Sends no user agent");
    expect(reasonInWords("curl/")).toBe("Calls itself “curl/”");
    expect(reasonInWords("constructor")).toBe("Calls itself “constructor”");
  });
});
