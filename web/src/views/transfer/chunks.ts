// Divides the rows of a file into requests.
import type { Converted } from "./convert";
import type { SourceRow } from "./source";

/** What one request may have. */
export interface ChunkLimits {
  lines: number;
  bytes: number;
}

export interface Rejected {
  line: number;
  reason: string;
}

/** Some rows of a file: the lines of one request, and the rows that are not sent. */
export interface Chunk {
  /** The lines of the body. */
  lines: string[];
  /** The line of the file of each of them. */
  numbers: number[];
  rejected: Rejected[];
  /** How many rows of the file this is. */
  rows: number;
}

/** The chunks of a file from a row on. The same rows and limits give the same chunks. */
export async function* chunksOf(
  rows: AsyncIterable<readonly SourceRow[]>,
  convert: (row: SourceRow) => Converted,
  limits: ChunkLimits,
  skip: number,
): AsyncGenerator<Chunk> {
  let chunk = emptyChunk();
  let bytes = 0;
  let skipped = 0;
  for await (const batch of rows) {
    for (const row of batch) {
      if (skipped < skip) {
        skipped += 1;
        continue;
      }
      const converted = convert(row);
      if (converted.kind === "rejected") {
        chunk.rejected.push({ line: row.line, reason: converted.reason });
        chunk.rows += 1;
        continue;
      }
      const size = byteLength(converted.text) + 1;
      if (chunk.lines.length > 0 && (chunk.lines.length >= limits.lines || bytes + size > limits.bytes)) {
        yield chunk;
        chunk = emptyChunk();
        bytes = 0;
      }
      chunk.lines.push(converted.text);
      chunk.numbers.push(row.line);
      chunk.rows += 1;
      bytes += size;
    }
  }
  if (chunk.rows > 0) yield chunk;
}

function emptyChunk(): Chunk {
  return { lines: [], numbers: [], rejected: [], rows: 0 };
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** How many requests of the deployment's size share one key, so that a request that stops early wastes little. */
const REQUESTS_OF_A_KEY = 5;
/** The most lines for one key. hop takes a thousand. */
const MOST_LINES = 500;

/** The limits of a chunk, from those of the deployment. */
export function chunkLimits(limits: { import_lines: number; bulk_body_bytes: number }): ChunkLimits {
  return {
    lines: Math.max(1, Math.min(MOST_LINES, limits.import_lines * REQUESTS_OF_A_KEY)),
    bytes: limits.bulk_body_bytes,
  };
}
