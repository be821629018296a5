// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { href, parseRoute } from "../src/state/router";

describe("addresses of views", () => {
  it("are read as segments and a query", () => {
    const { path, query } = parseRoute("#/link/hop.example/a%2Fb?panel=qr&x=a%20b");
    expect(path).toEqual(["link", "hop.example", "a/b"]);
    expect(Object.fromEntries(query)).toEqual({ panel: "qr", x: "a b" });
  });

  it("are read as they were written", () => {
    const path = ["link", "[::1]:8787", "tag/ü?&#%🎉"];
    const address = href(path, { q: "50% & more?", empty: "" });
    expect(parseRoute(address).path).toEqual(path);
    expect([...parseRoute(address).query]).toEqual([["q", "50% & more?"]]);
  });

  it("may be broken", () => {
    expect(parseRoute("#/link/%E0%A4%A/x").path).toEqual(["link", "%E0%A4%A", "x"]);
    expect(parseRoute("").path).toEqual([]);
    expect(parseRoute("#//links///").path).toEqual(["links"]);
  });
});
