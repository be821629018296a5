// The rows of a file, in the order in which they are imported.
import { type BrokenReason, CsvReader, isBroken } from "./csv";
import { digestOf, type Encoding, encodingOf, textOf } from "./encoding";

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How a file has to be read. */
export type Shape =
  | { format: "jsonl"; encoding: Encoding }
  | { format: "csv"; encoding: Encoding; delimiter: Delimiter; hasHeader: boolean };

export type SourceRow =
  | { kind: "cells"; line: number; cells: readonly string[] }
  | { kind: "json"; line: number; text: string }
  | { kind: "broken"; line: number; reason: BrokenReason; raw: string };

export interface Inspection {
  digest: string;
  shape: Shape;
  /** The names of the columns; empty for JSON Lines. */
  header: readonly string[];
  /** The first rows. */
  sample: readonly SourceRow[];
  rows: number;
  broken: readonly { line: number; reason: BrokenReason }[];
}

const SAMPLE = 8;

/** Finds out how a file is written, and reads it once. `onProgress` gets a share between 0 and 1. */
export async function inspect(file: File, onProgress: (share: number) => void): Promise<Inspection> {
  const digest = await digestOf(file);
  const encoding = await encodingOf(file);
  const start = await startOf(file, encoding);
  const shape = shapeOf(start, encoding);
  return { digest, ...(await look(file, shape, onProgress)) };
}

/** Reads a file again with another shape. */
export async function look(
  file: File,
  shape: Shape,
  onProgress: (share: number) => void,
): Promise<Omit<Inspection, "digest">> {
  const sample: SourceRow[] = [];
  const broken: { line: number; reason: BrokenReason }[] = [];
  let rows = 0;
  let header: readonly string[] = [];
  for await (const batch of readRows(file, shape, onProgress, (names) => {
    header = names;
  })) {
    rows += batch.length;
    for (const row of batch) {
      if (sample.length < SAMPLE && row.kind !== "broken") sample.push(row);
      if (row.kind === "broken") broken.push({ line: row.line, reason: row.reason });
    }
  }
  if (shape.format === "csv" && !shape.hasHeader) header = namesOf(sample);
  return { shape, header, sample, rows, broken };
}

/** The rows of a file after its header, in batches. */
export async function* readRows(
  file: Blob,
  shape: Shape,
  onProgress: (share: number) => void = () => {},
  onHeader: (names: readonly string[]) => void = () => {},
): AsyncGenerator<SourceRow[]> {
  const reader = shape.format === "csv" ? new CsvRows(shape, onHeader) : new JsonLines();
  for await (const { text, read } of textOf(file, shape.encoding)) {
    const rows = reader.push(text);
    onProgress(read / file.size);
    if (rows.length > 0) yield rows;
  }
  const rest = reader.end();
  if (rest.length > 0) yield rest;
}

class CsvRows {
  private readonly reader: CsvReader;
  private needsHeader: boolean;

  constructor(
    shape: { delimiter: string; hasHeader: boolean },
    private readonly onHeader: (names: readonly string[]) => void,
  ) {
    this.reader = new CsvReader(shape.delimiter);
    this.needsHeader = shape.hasHeader;
  }

  push(text: string): SourceRow[] {
    return this.read(this.reader.push(text));
  }

  end(): SourceRow[] {
    return this.read(this.reader.end());
  }

  private read(rows: ReturnType<CsvReader["push"]>): SourceRow[] {
    const read: SourceRow[] = [];
    for (const row of rows) {
      if (isBroken(row)) read.push({ kind: "broken", ...row });
      else if (isSeparatorHint(row.line, row.cells)) continue;
      else if (this.needsHeader) {
        this.needsHeader = false;
        this.onHeader(row.cells);
      } else read.push({ kind: "cells", line: row.line, cells: row.cells });
    }
    return read;
  }
}

/** Excel writes `sep=;` on the first line. */
function isSeparatorHint(line: number, cells: readonly string[]): boolean {
  return line === 1 && /^sep=/i.test(cells[0] ?? "") && cells.join("").length <= 5;
}

/** A longer line cannot be imported, and is not kept in memory. */
const LONGEST_LINE = 1_000_000;

class JsonLines {
  private rest = "";
  private line = 0;

  push(text: string): SourceRow[] {
    const lines = (this.rest + text).split("\n");
    const rest = lines.pop() ?? "";
    this.rest = rest.length > LONGEST_LINE ? rest.slice(0, LONGEST_LINE) : rest;
    return lines.flatMap((line) => this.row(line));
  }

  end(): SourceRow[] {
    return this.row(this.rest);
  }

  private row(line: string): SourceRow[] {
    this.line += 1;
    const text = line.trim();
    return text === "" ? [] : [{ kind: "json", line: this.line, text }];
  }
}

async function startOf(file: Blob, encoding: Encoding): Promise<string> {
  for await (const { text } of textOf(file.slice(0, 64 * 1024), encoding)) return text;
  return "";
}

/** How a file is written, by its beginning. */
export function shapeOf(start: string, encoding: Encoding): Shape {
  if (/^\s*\{/.test(start)) return { format: "jsonl", encoding };
  const delimiter = delimiterOf(start);
  const first = new CsvReader(delimiter).push(`${start}\n`).find((row) => !isBroken(row));
  const cells = first && !isBroken(first) ? first.cells : [];
  // A row with an address is no row of names.
  return { format: "csv", encoding, delimiter, hasHeader: !cells.some((cell) => /^https?:\/\//i.test(cell.trim())) };
}

/** The delimiter that divides the first rows into the same number of cells, of at least two. */
export function delimiterOf(start: string): Delimiter {
  const hint = /^\ufeff?sep=(.)/i.exec(start)?.[1];
  const hinted = DELIMITERS.find((delimiter) => delimiter === hint);
  if (hinted) return hinted;
  let best: Delimiter = ",";
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const rows = new CsvReader(delimiter).push(start).slice(0, 50);
    const widths = rows.map((row) => (isBroken(row) ? 0 : row.cells.length));
    const width = widths[0] ?? new CsvReader(delimiter).push(`${start}\n`).length;
    const same = widths.filter((other) => other === width).length;
    const score = width > 1 ? (same / widths.length) * 100 + width : 0;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

function namesOf(sample: readonly SourceRow[]): string[] {
  const width = Math.max(0, ...sample.map((row) => (row.kind === "cells" ? row.cells.length : 0)));
  return Array.from({ length: width }, (_, index) => String(index + 1));
}
