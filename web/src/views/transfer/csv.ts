// Reads CSV piece by piece. Papa Parse was no choice: after a quote that is never closed it returns the rest of the file
// as one cell, and it knows no line numbers.

/** Why a row cannot be read. */
export type BrokenReason = "unclosed_quote" | "text_after_quote" | "too_long";

export interface CsvRow {
  /** The line on which the row begins; the first is 1. */
  line: number;
  cells: string[];
}

export interface BrokenRow {
  line: number;
  reason: BrokenReason;
  /** The text of the line. */
  raw: string;
}

/** A longer row cannot be imported: hop takes lines of at most 80 KiB. */
const LONGEST = 200_000;

type Reading =
  | { kind: "row"; cells: string[]; next: number }
  | { kind: "more" }
  | { kind: "broken"; reason: BrokenReason };

/** A reader of CSV. After a broken row it continues on the next line, so that one wrong quote costs one row. */
export class CsvReader {
  private buffer = "";
  private line = 1;
  /** Whether the rest of an overlong line is skipped. */
  private isSkipping = false;

  constructor(private readonly delimiter: string) {}

  /** The rows that are complete with this piece of text. */
  push(text: string): (CsvRow | BrokenRow)[] {
    this.buffer += text;
    return this.take(false);
  }

  /** The rows that the end of the text completes. */
  end(): (CsvRow | BrokenRow)[] {
    return this.take(true);
  }

  private take(isEnd: boolean): (CsvRow | BrokenRow)[] {
    const rows: (CsvRow | BrokenRow)[] = [];
    const text = this.buffer;
    let at = 0;
    while (at < text.length) {
      if (this.isSkipping) {
        at = this.skipLine(text, at);
        if (this.isSkipping) break;
        continue;
      }
      const blank = lineEnd(text, at, isEnd);
      if (blank === "more") break;
      if (blank > 0) {
        at += blank;
        this.line += 1;
        continue;
      }
      const reading = readRow(text, at, this.delimiter, isEnd);
      if (reading.kind === "more") break;
      if (reading.kind === "row") {
        rows.push({ line: this.line, cells: reading.cells });
        this.line += countLineEnds(text, at, reading.next);
        at = reading.next;
      } else {
        const end = endOfLine(text, at);
        if (end === text.length && !isEnd && end - at <= LONGEST) break;
        rows.push({ line: this.line, reason: reading.reason, raw: text.slice(at, Math.min(end, at + LONGEST)) });
        this.isSkipping = true;
      }
    }
    this.buffer = at >= text.length ? "" : text.slice(at);
    return rows;
  }

  /** The place after the next line end. */
  private skipLine(text: string, from: number): number {
    const end = endOfLine(text, from);
    if (end === text.length) return end;
    this.isSkipping = false;
    this.line += 1;
    return text.startsWith("\r\n", end) ? end + 2 : end + 1;
  }
}

export function isBroken(row: CsvRow | BrokenRow): row is BrokenRow {
  return "reason" in row;
}

function readRow(text: string, start: number, delimiter: string, isEnd: boolean): Reading {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '"') {
      const quoted = readQuoted(text, start, at, isEnd);
      if ("kind" in quoted) return quoted;
      cells.push(quoted.value);
      at = quoted.next;
      while (text[at] === " " || (text[at] === "\t" && delimiter !== "\t")) at += 1;
    } else {
      const end = endOfCell(text, at, delimiter);
      cells.push(text.slice(at, end));
      at = end;
    }
    if (at - start > LONGEST) return { kind: "broken", reason: "too_long" };
    if (at >= text.length) return isEnd ? { kind: "row", cells, next: at } : { kind: "more" };
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    const end = lineEnd(text, at, isEnd);
    if (end === "more") return { kind: "more" };
    if (end === 0) return { kind: "broken", reason: "text_after_quote" };
    return { kind: "row", cells, next: at + end };
  }
}

/** The value of the quoted cell at `open`, and the place after its closing quote. */
function readQuoted(
  text: string,
  start: number,
  open: number,
  isEnd: boolean,
): { value: string; next: number } | Reading {
  let value = "";
  let from = open + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1 || quote - start > LONGEST) {
      const isUnclosed = isEnd || text.length - start > LONGEST;
      return isUnclosed ? { kind: "broken", reason: "unclosed_quote" } : { kind: "more" };
    }
    if (quote + 1 === text.length && !isEnd) return { kind: "more" };
    if (text[quote + 1] !== '"') return { value: value + text.slice(from, quote), next: quote + 1 };
    value += text.slice(from, quote + 1);
    from = quote + 2;
  }
}

const LF = 10;
const CR = 13;

function endOfCell(text: string, from: number, delimiter: string): number {
  const stop = delimiter.charCodeAt(0);
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === stop || code === LF || code === CR) break;
  }
  return at;
}

function endOfLine(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) break;
  }
  return at;
}

/** The length of the line end at this place: LF, CRLF or CR; 0 without one. */
function lineEnd(text: string, at: number, isEnd: boolean): number | "more" {
  const code = text.charCodeAt(at);
  if (code === LF) return 1;
  if (code !== CR) return 0;
  if (at + 1 === text.length && !isEnd) return "more";
  return text.charCodeAt(at + 1) === LF ? 2 : 1;
}

function countLineEnds(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) lines += 1;
  }
  return lines;
}

/** Characters that begin a formula in a spreadsheet. hop writes a `'` before them. */
const GUARDED = /^[=+\-@＝＋－＠\t\r\n']/;

/** A row as hop writes it: every cell quoted, and none of them a formula. */
export function writeRow(cells: readonly string[]): string {
  const quoted = cells.map((cell) => `"${(GUARDED.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`);
  return `${quoted.join(",")}\r\n`;
}

/** A cell without the `'` of `writeRow`. */
export function unguarded(cell: string): string {
  return cell.startsWith("'") && GUARDED.test(cell.slice(1)) ? cell.slice(1) : cell;
}
