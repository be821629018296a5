import { describe, expect, it } from "vitest";
import { encodingOf } from "../src/views/transfer/encoding";
import { delimiterOf, inspect, look, readRows, shapeOf } from "../src/views/transfer/source";

const NAMES = "Address,Title\n";
const ROW = "https://example.com/a,Müller\n";

function utf16(text: string, isBigEndian: boolean, hasMark: boolean): Uint8Array<ArrayBuffer> {
  const codes = [...(hasMark ? "\ufeff" : ""), ...text].map((character) => character.charCodeAt(0));
  return new Uint8Array(codes.flatMap((code) => (isBigEndian ? [code >> 8, code & 255] : [code & 255, code >> 8])));
}

function windows1252(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...text].map((character) => (character === "€" ? 0x80 : character.charCodeAt(0))));
}

describe("the encoding of a file", () => {
  const files = {
    "utf-8": new TextEncoder().encode(NAMES + ROW),
    "utf-8-bom": new TextEncoder().encode(`\ufeff${NAMES}${ROW}`),
    "utf-16le": utf16(NAMES + ROW, false, true),
    "utf-16be": utf16(NAMES + ROW, true, true),
    "windows-1252": windows1252(NAMES + ROW),
  } as const;

  for (const [encoding, bytes] of Object.entries(files)) {
    it(`${encoding} is found, and read`, async () => {
      const inspected = await inspect(new File([bytes as BlobPart], "links.csv"), () => {});
      expect(inspected.shape.encoding).toBe(encoding);
      expect(inspected.header).toEqual(["Address", "Title"]);
      expect(inspected.sample).toEqual([{ kind: "cells", line: 2, cells: ["https://example.com/a", "Müller"] }]);
    });
  }

  it("UTF-16 is found without a mark", async () => {
    expect(await encodingOf(new Blob([utf16(NAMES, false, false)]))).toBe("utf-16le");
    expect(await encodingOf(new Blob([utf16(NAMES, true, false)]))).toBe("utf-16be");
  });

  it("one wrong byte at the end makes a file windows-1252", async () => {
    const bytes = new TextEncoder().encode(ROW.repeat(20_000));
    expect(await encodingOf(new Blob([bytes]))).toBe("utf-8");
    expect(await encodingOf(new Blob([bytes, new Uint8Array([0xe4])]))).toBe("windows-1252");
  });

  it("a character across two pieces stays one", async () => {
    const text = `a,b\n${"x".repeat(256 * 1024 - 7)}é,€\n`;
    const batches = [];
    for await (const batch of readRows(new Blob([text]), shapeOf(text.slice(0, 100), "utf-8"))) batches.push(...batch);
    expect(batches).toHaveLength(1);
    expect(JSON.stringify(batches)).not.toContain("\ufffd");
  });
});

describe("the shape of a file", () => {
  it("finds the delimiter", () => {
    expect(delimiterOf("a,b\n1,2\n")).toBe(",");
    expect(delimiterOf("url;title\nhttps://a.example/,x;y\nhttps://b.example/;z\n")).toBe(";");
    expect(delimiterOf('url\ttitle\nhttps://a.example/\t"a, b, c"\n')).toBe("\t");
    expect(delimiterOf("sep=;\na,b;c\n")).toBe(";");
    expect(delimiterOf("https://example.com/only-one\n")).toBe(",");
  });

  it("finds JSON Lines and files without names", () => {
    expect(shapeOf('{"target":"https://a.example"}\n', "utf-8").format).toBe("jsonl");
    expect(shapeOf("https://a.example/,a\n", "utf-8")).toMatchObject({ format: "csv", hasHeader: false });
    expect(shapeOf("url,alias\nhttps://a.example/,a\n", "utf-8")).toMatchObject({ hasHeader: true });
  });

  it("counts rows and names the broken ones", async () => {
    const file = new File(['sep=;\na;b\n1;2\n"3;4\n"5";6\n'], "x.csv");
    const inspected = await inspect(file, () => {});
    expect(inspected).toMatchObject({ rows: 3, header: ["a", "b"], broken: [{ line: 4, reason: "text_after_quote" }] });
    const shape = { format: "csv", encoding: "utf-8", delimiter: ",", hasHeader: false } as const;
    expect((await look(file, shape, () => {})).header).toEqual(["1"]);
  });

  it("reads JSON Lines with their line numbers", async () => {
    const rows = [];
    const file = new Blob(['{"a":1}\r\n\n  {"b":2}']);
    for await (const batch of readRows(file, { format: "jsonl", encoding: "utf-8" })) rows.push(...batch);
    expect(rows).toEqual([
      { kind: "json", line: 1, text: '{"a":1}' },
      { kind: "json", line: 3, text: '{"b":2}' },
    ]);
  });
});
