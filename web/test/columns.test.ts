import { describe, expect, it } from "vitest";
import { guessMapping, isGuarded, isOwnFormat, ownMapping } from "../src/views/transfer/columns";
import { cellValue, convert, linkOf, momentOf } from "../src/views/transfer/convert";

describe("guessing columns", () => {
  it("knows the names that other programs use", () => {
    expect(guessMapping(["Long URL", "Keyword", "Title", "Created At", "Clicks", "IP"], [])).toEqual([
      "target",
      "alias",
      "title",
      "created_at",
      "clicks",
      null,
    ]);
    expect(guessMapping(["short_url", "destination_url", "Tags", "valid_until"], [])).toEqual([
      "alias",
      "target",
      "tags",
      "ends_at",
    ]);
  });

  it("finds the target by its content", () => {
    expect(guessMapping(["1", "2"], [["x", "https://example.com/"]])).toEqual([null, "target"]);
  });

  it("tells short links from targets", () => {
    const sample = [["https://go.example/a", "https://example.com/a/long/address"]];
    expect(guessMapping(["link", "website"], sample)).toEqual(["alias", "target"]);
  });

  it("uses each field once", () => {
    const mapping = guessMapping(["url", "URL", "url "], []);
    expect(mapping.filter((field) => field === "target")).toHaveLength(1);
  });

  it("recognizes hop's own columns", () => {
    expect(isOwnFormat(["id", "alias", "target", "rules"])).toBe(true);
    expect(isOwnFormat(["alias", "Target"])).toBe(false);
    expect(isOwnFormat(["target", "ip"])).toBe(false);
    expect(ownMapping(["id", "alias", "rules"])).toEqual([null, "alias", "rules"]);
    expect(isGuarded(["url", "ip", "hop_line", "hop_reason"])).toBe(true);
  });
});

describe("converting rows", () => {
  const options = { mapping: ["target", "alias", "tags"] as const, isGuarded: false, keepsOwners: true };
  const row = (...cells: string[]) => ({ kind: "cells", line: 2, cells }) as const;

  it("builds the line of an import", () => {
    expect(convert(row("example.com/a", "https://go.example/x%20y", "Red, blue;red"), options)).toEqual({
      kind: "line",
      text: '{"target":"https://example.com/a","alias":"x y","tags":["Red","blue","red"]}',
    });
    expect(convert(row("https://a.example/", "", ""), options)).toEqual({
      kind: "line",
      text: '{"target":"https://a.example/"}',
    });
  });

  it("rejects rows with too many or too few cells", () => {
    expect(convert(row("a.example", "b", "c", "d"), options)).toMatchObject({ kind: "rejected" });
    expect(convert(row("a.example", "b", "c", ""), options)).toMatchObject({ kind: "line" });
    expect(convert(row("a.example"), options)).toMatchObject({ kind: "line" });
    expect(convert(row("x"), { ...options, mapping: [null, "target"] })).toMatchObject({ kind: "rejected" });
  });

  it("rejects a row that no request can carry", () => {
    expect(convert(row(`https://a.example/${"é".repeat(41_000)}`, "", ""), options)).toMatchObject({
      kind: "rejected",
    });
  });

  it("removes the guard of hop only", () => {
    const title = { ...options, mapping: ["title"] as const };
    expect(linkOf(row("'=1"), { ...title, isGuarded: true })).toEqual({ kind: "link", link: { title: "=1" } });
    expect(linkOf(row("'=1"), title)).toEqual({ kind: "link", link: { title: "'=1" } });
  });

  it("keeps or drops owners", () => {
    const json = {
      kind: "json",
      line: 1,
      text: '{"target":"https://a.example/","owner":"usr_1","hop_line":3}',
    } as const;
    expect(linkOf(json, options)).toEqual({ kind: "link", link: { target: "https://a.example/", owner: "usr_1" } });
    expect(linkOf(json, { ...options, keepsOwners: false })).toEqual({
      kind: "link",
      link: { target: "https://a.example/" },
    });
    expect(linkOf({ kind: "json", line: 1, text: "[1]" }, options).kind).toBe("rejected");
  });

  it("reads dates, and refuses those with two meanings", () => {
    for (const [written, moment] of [
      ["2024-03-05", "2024-03-05T00:00:00Z"],
      ["2024-03-05 07:08:09", "2024-03-05T07:08:09Z"],
      ["2024-03-05T07:08:09+02:00", "2024-03-05T05:08:09Z"],
      ["2024-03-05 07:08:09 UTC", "2024-03-05T07:08:09Z"],
      ["5.3.2024, 7:08", "2024-03-05T07:08:00Z"],
      ["12/31/2024", "2024-12-31T00:00:00Z"],
      ["31/12/2024", "2024-12-31T00:00:00Z"],
      ["1709622489", "2024-03-05T07:08:09Z"],
      ["1709622489000", "2024-03-05T07:08:09Z"],
      ["soon", "soon"],
      ["2024-13-45", "2024-13-45"],
    ] as const) {
      expect(momentOf(written), written).toBe(moment);
    }
    const created = { ...options, mapping: ["created_at"] as const };
    expect(linkOf(row("03/04/2024"), created).kind).toBe("rejected");
  });

  it("reads numbers, flags and JSON", () => {
    expect(cellValue("max_clicks", "10")).toBe(10);
    expect(cellValue("max_clicks", "many")).toBe("many");
    expect(cellValue("disabled", "Yes")).toBe(true);
    expect(cellValue("clicks", "12")).toEqual({ humans: 12 });
    expect(cellValue("clicks", '{"humans":1}')).toEqual({ humans: 1 });
    expect(cellValue("tags", '["a,b"]')).toEqual(["a,b"]);
    expect(cellValue("rules", "[]")).toEqual([]);
    expect(cellValue("alias", "/docs")).toBe("docs");
    expect(cellValue("alias", "v1.2")).toBe("v1.2");
  });
});
