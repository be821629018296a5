import { describe, expect, it } from "vitest";
import { type BrokenRow, CsvReader, type CsvRow, isBroken, unguarded, writeRow } from "../src/views/transfer/csv";

function read(text: string, delimiter = ",", pieces = text.length || 1): (CsvRow | BrokenRow)[] {
  const reader = new CsvReader(delimiter);
  const rows: (CsvRow | BrokenRow)[] = [];
  for (let at = 0; at < text.length; at += pieces) rows.push(...reader.push(text.slice(at, at + pieces)));
  return [...rows, ...reader.end()];
}

function cells(text: string, delimiter = ","): string[][] {
  return read(text, delimiter).map((row) => (isBroken(row) ? [row.reason] : row.cells));
}

describe("reading CSV", () => {
  it("reads what spreadsheets write", () => {
    expect(cells("a,b\nc,d\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(cells("a,b\r\nc,d")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(cells('a,b\rc,"d"\r')).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(cells('a,"b\r\nc",d\n"e ""f""",\n')).toEqual([
      ["a", "b\r\nc", "d"],
      ['e "f"', ""],
    ]);
    expect(cells("\n\r\na\n\n\nb")).toEqual([["a"], ["b"]]);
    expect(cells('a;"b;c"\n', ";")).toEqual([["a", "b;c"]]);
    expect(cells('"a"\t b', "\t")).toEqual([["a", " b"]]);
    expect(cells('a"b,c')).toEqual([['a"b', "c"]]);
    expect(cells('"a" ,b')).toEqual([["a", "b"]]);
    expect(cells("")).toEqual([]);
  });

  it("reads the same in pieces of any size", () => {
    const text = 'a,"b\r\n""c""",d\r\n\r\n"x",y\r"z",""\n"bad"x,1\nlast,"row"';
    for (const pieces of [1, 2, 3, 5, 7]) expect(read(text, ",", pieces)).toEqual(read(text));
  });

  it("knows the line of each row", () => {
    expect(read('a\r\n\n"b\n\nc"\nd\re\n').map((row) => row.line)).toEqual([1, 3, 6, 7]);
  });

  it("loses one row to a broken quote", () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `https://example.com/${index},"title, ${index}"`);
    lines[39_999] = 'https://example.com/broken,"title';
    const rows = read(lines.join("\n"), ",", 65_536);
    expect(rows).toHaveLength(50_000);
    expect(rows.filter(isBroken)).toEqual([
      { line: 40_000, reason: "text_after_quote", raw: 'https://example.com/broken,"title' },
    ]);
    expect(rows.at(-1)).toEqual({ line: 50_000, cells: ["https://example.com/49999", "title, 49999"] });
  });

  it("finds the rest after a quote that nothing closes", () => {
    const rest = Array.from({ length: 20_000 }, (_, index) => `a${index},b,c with some text`);
    const rows = read(['x,"y', ...rest].join("\n"), ",", 4_096);
    expect(rows[0]).toEqual({ line: 1, reason: "unclosed_quote", raw: 'x,"y' });
    expect(rows).toHaveLength(20_001);
    expect(rows.at(-1)?.line).toBe(20_001);
  });

  it("skips a line without an end", () => {
    const rows = read(`a,b\n${"x".repeat(600_000)}\nc,d\n`, ",", 100_000);
    expect(rows.map((row) => (isBroken(row) ? row.reason : row.cells))).toEqual([["a", "b"], "too_long", ["c", "d"]]);
  });
});

describe("writing CSV", () => {
  it("writes no formulas, and reads them back", () => {
    const written = writeRow(["=1+1", "a,b", '"', "'x"]);
    expect(written).toBe(`"'=1+1","a,b","""","''x"\r\n`);
    expect(cells(written)[0]?.map(unguarded)).toEqual(["=1+1", "a,b", '"', "'x"]);
    expect(unguarded("'tis")).toBe("'tis");
  });
});
