// Turns a row of a file into a line of an import.
import { text } from "../../text";
import type { Field, Mapping } from "./columns";
import { REJECTED } from "./columns";
import { unguarded } from "./csv";
import type { SourceRow } from "./source";

/** The longest line of an import, in bytes. */
export const LONGEST_LINE = 80 * 1024;

export interface ConvertOptions {
  mapping: Mapping;
  /** Whether `'` before a formula is to be removed. */
  isGuarded: boolean;
  /** Whether owners of the file are kept. */
  keepsOwners: boolean;
}

export type Converted = { kind: "line"; text: string } | { kind: "rejected"; reason: string };

const encoder = new TextEncoder();

/** The line of JSON that imports a row, or why there is none. */
export function convert(row: SourceRow, options: ConvertOptions): Converted {
  const read = linkOf(row, options);
  if (read.kind === "rejected") return read;
  const line = JSON.stringify(read.link);
  return encoder.encode(line).length > LONGEST_LINE
    ? { kind: "rejected", reason: text.transfer.reasons.too_long }
    : { kind: "line", text: line };
}

type ReadLink = { kind: "link"; link: Record<string, unknown> } | { kind: "rejected"; reason: string };

export function linkOf(row: SourceRow, options: ConvertOptions): ReadLink {
  const { reasons } = text.transfer;
  if (row.kind === "broken") return { kind: "rejected", reason: reasons[row.reason] };
  const read = row.kind === "json" ? fromJson(row.text) : fromCells(row.cells, options);
  if (read.kind === "link" && !options.keepsOwners) delete read.link.owner;
  return read;
}

function fromJson(line: string): ReadLink {
  try {
    const link: unknown = JSON.parse(line);
    if (typeof link === "object" && link !== null && !Array.isArray(link)) {
      const known = Object.entries(link).filter(([name]) => !REJECTED.some((column) => column === name));
      return { kind: "link", link: Object.fromEntries(known) };
    }
  } catch {
    // The reason is the same.
  }
  return { kind: "rejected", reason: text.transfer.reasons.not_json };
}

function fromCells(cells: readonly string[], { mapping, isGuarded }: ConvertOptions): ReadLink {
  if (cells.length !== mapping.length) {
    // Programs leave out empty cells at the end of a row, or write a delimiter too many.
    const isFilled = cells.slice(mapping.length).some((cell) => cell.trim() !== "");
    if (isFilled || (cells.length < mapping.length && cells.length < lastUsed(mapping) + 1)) {
      return { kind: "rejected", reason: text.transfer.reasons.cells(cells.length, mapping.length) };
    }
  }
  const link: Record<string, unknown> = {};
  for (const [index, field] of mapping.entries()) {
    const cell = isGuarded ? unguarded(cells[index] ?? "") : (cells[index] ?? "");
    if (field === null || cell.trim() === "") continue;
    const value = cellValue(field, cell);
    if (value instanceof Ambiguous) return { kind: "rejected", reason: text.transfer.reasons.ambiguous(cell.trim()) };
    link[field] = value;
  }
  return { kind: "link", link };
}

/** The last column without which a row has no target. */
function lastUsed(mapping: Mapping): number {
  return mapping.indexOf("target");
}

class Ambiguous {}

/** The value of a cell. What cannot be read stays text, and hop says what is wrong with it. */
export function cellValue(field: Field, cell: string): unknown {
  const trimmed = cell.trim();
  switch (field) {
    case "target":
    case "fallback":
      return withScheme(trimmed);
    case "alias":
      return aliasOf(trimmed);
    case "tags":
      return tagsOf(trimmed);
    case "created_at":
    case "starts_at":
    case "ends_at":
      return momentOf(trimmed);
    case "clicks":
      return /^\d+$/.test(trimmed) ? { humans: Number(trimmed) } : parsed(trimmed);
    case "max_clicks":
    case "redirect_status":
      return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
    case "disabled":
    case "confirm":
    case "forward_path":
    case "strict":
    case "crawlable":
    case "has_password":
    case "reuse":
      return flagOf(trimmed);
    case "rules":
    case "card":
    case "blocked":
      return parsed(trimmed);
    case "domain":
      return trimmed.replace(/^https?:\/\//i, "").replace(/\/.*$/, "");
    default:
      return cell;
  }
}

function withScheme(address: string): string {
  return /^[\w-]+(\.[\w-]+)+([:/?#]|$)/.test(address) ? `https://${address}` : address;
}

/** An alias, also from a whole short link. */
function aliasOf(value: string): string {
  const path = /^(?:https?:\/\/)?[^/\s]+\.[^/\s]+\/(.+)$/i.exec(value)?.[1] ?? value.replace(/^\//, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function tagsOf(value: string): unknown {
  const list = parsed(value);
  if (Array.isArray(list)) return list;
  return value
    .split(/[,;|]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}

function flagOf(value: string): boolean | string {
  if (/^(true|yes|1|on|ja|wahr)$/i.test(value)) return true;
  if (/^(false|no|0|off|nein|falsch)$/i.test(value)) return false;
  return value;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const SECONDS = /^\d{10}$/;
const MILLISECONDS = /^\d{13}$/;
const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;
const DOTS = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const SLASHES = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/** A moment in RFC 3339. Times without a zone are UTC. A date such as 03/04/2026 has two meanings and is refused. */
export function momentOf(value: string): unknown {
  if (SECONDS.test(value)) return moment(Number(value) * 1000, value);
  if (MILLISECONDS.test(value)) return moment(Number(value), value);
  const iso = ISO.exec(value);
  if (iso) {
    const [, year, month, day, hour = "0", minute = "00", second = "00", zone = "Z"] = iso;
    const offset = /^(Z|UTC)$/i.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
    return moment(Date.parse(`${date(year, month, day)}T${two(hour)}:${minute}:${second}${offset}`), value);
  }
  const dots = DOTS.exec(value);
  if (dots) return local(dots[3], dots[2], dots[1], dots.slice(4), value);
  const slashes = SLASHES.exec(value);
  if (!slashes) return value;
  const [first, second] = [Number(slashes[1]), Number(slashes[2])];
  if (first <= 12 && second <= 12 && first !== second) return new Ambiguous();
  const [month, day] = first > 12 ? [slashes[2], slashes[1]] : [slashes[1], slashes[2]];
  return local(slashes[3], month, day, slashes.slice(4), value);
}

type Part = string | undefined;

function local(
  year: Part,
  month: Part,
  day: Part,
  [hour = "0", minute = "0", second = "0"]: Part[],
  value: string,
): string {
  return moment(Date.parse(`${date(year, month, day)}T${two(hour)}:${two(minute)}:${two(second)}Z`), value);
}

function date(year: Part, month: Part, day: Part): string {
  return `${year}-${two(month ?? "")}-${two(day ?? "")}`;
}

function two(digits: string): string {
  return digits.padStart(2, "0");
}

function moment(time: number, value: string): string {
  return Number.isNaN(time) ? value : new Date(time).toISOString().replace(".000Z", "Z");
}
