import { describe, expect, it } from "vitest";
import { hostOf, parseHosts } from "../src/views/blocklist/hosts";

describe("pasted hosts", () => {
  it("are read in every way that people write them", () => {
    for (const [written, host] of [
      ["evil.example", "evil.example"],
      ["https://user@Evil.Example:8080/path?x#y", "evil.example"],
      ["*.evil.example", "evil.example"],
      [".evil.example", "evil.example"],
      ["||evil.example^$third-party", "evil.example"],
      ["0.0.0.0 evil.example", "evil.example"],
      ["zip", "zip"],
      ["192.0.2.7:80", "192.0.2.7"],
      ["2001:db8::1", "2001:db8::1"],
      ["[2001:db8::1]:443", "2001:db8::1"],
      ["not a host", null],
      ["<b>", null],
    ] as const) {
      expect(hostOf(written), written).toBe(host);
    }
  });

  it("are taken once, without comments", () => {
    const pasted =
      "# a list\r\nevil.example # bad\n\n127.0.0.1 localhost\n0.0.0.0 worse.example\nevil.example\ntwo words\n! note";
    expect(parseHosts(pasted)).toEqual({
      hosts: ["evil.example", "worse.example"],
      unread: ["two words"],
    });
  });
});
