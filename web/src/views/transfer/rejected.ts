// The file of the rows that were not imported, with the reasons.

import type { Rejected } from "./chunks";
import { REJECTED } from "./columns";
import { writeRow } from "./csv";
import type { Shape, SourceRow } from "./source";

/** A row of that file. It can be corrected and imported again. */
export function rejectedRow(row: SourceRow, width: number, reason: string): string {
  if (row.kind === "json") return jsonRow(row, reason);
  const cells = row.kind === "cells" ? row.cells : [row.raw];
  const filled = Array.from({ length: Math.max(width, cells.length) }, (_, index) => cells[index] ?? "");
  return writeRow([...filled, String(row.line), reason]);
}

function jsonRow(row: { line: number; text: string }, reason: string): string {
  const added = { hop_line: row.line, hop_reason: reason };
  try {
    const link: unknown = JSON.parse(row.text);
    if (typeof link === "object" && link !== null && !Array.isArray(link)) {
      return `${JSON.stringify({ ...link, ...added })}\n`;
    }
  } catch {
    // The line is no JSON: it stays as text.
  }
  return `${JSON.stringify({ line: row.text, ...added })}\n`;
}

/** The rejected rows of a file, read from it again. */
export async function rejectedFile(
  batches: AsyncIterable<readonly SourceRow[]>,
  shape: Shape,
  header: readonly string[],
  rejected: readonly Rejected[],
): Promise<string[]> {
  const reasons = new Map(rejected.map(({ line, reason }) => [line, reason]));
  const parts = shape.format === "csv" ? [`\ufeff${writeRow([...header, ...REJECTED])}`] : [];
  for await (const batch of batches) {
    for (const row of batch) {
      const reason = reasons.get(row.line);
      if (reason !== undefined) parts.push(rejectedRow(row, header.length, reason));
    }
  }
  return parts;
}
