import { describe, expect, it } from "vitest";
import { ApiProblem } from "../src/api/problem";
import { type Chunk, chunkLimits, chunksOf } from "../src/views/transfer/chunks";
import { countLinks, nextOf, withoutHeader } from "../src/views/transfer/pages";
import { rejectedFile } from "../src/views/transfer/rejected";
import { type Answer, type Begun, ImportRun } from "../src/views/transfer/run";
import type { SourceRow } from "../src/views/transfer/source";

const json = (line: number): SourceRow => ({ kind: "json", line, text: `{"n":${line}}` });

async function* batches(rows: readonly SourceRow[]): AsyncGenerator<readonly SourceRow[]> {
  for (let at = 0; at < rows.length; at += 3) yield rows.slice(at, at + 3);
}

const asIs = (row: SourceRow) =>
  row.kind === "json" && !row.text.includes("7")
    ? ({ kind: "line", text: row.text } as const)
    : ({ kind: "rejected", reason: "no seven" } as const);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("chunks of a file", () => {
  const rows = Array.from({ length: 10 }, (_, index) => json(index + 1));

  it("end at the number of lines or bytes", async () => {
    const byLines = await collect(chunksOf(batches(rows), asIs, { lines: 4, bytes: 1_000 }, 0));
    expect(byLines.map((chunk) => chunk.numbers)).toEqual([[1, 2, 3, 4], [5, 6, 8, 9], [10]]);
    expect(byLines.map((chunk) => chunk.rows)).toEqual([4, 5, 1]);
    expect(byLines[1]?.rejected).toEqual([{ line: 7, reason: "no seven" }]);
    const byBytes = await collect(chunksOf(batches(rows), asIs, { lines: 100, bytes: 16 }, 0));
    expect(byBytes.every((chunk) => `${chunk.lines.join("\n")}\n`.length <= 16)).toBe(true);
  });

  it("are the same after what is done", async () => {
    const limits = { lines: 4, bytes: 1_000 };
    const all = await collect(chunksOf(batches(rows), asIs, limits, 0));
    expect(await collect(chunksOf(batches(rows), asIs, limits, 4))).toEqual(all.slice(1));
    expect(await collect(chunksOf(batches(rows), asIs, limits, 10))).toEqual([]);
  });

  it("fit the limits of a deployment", () => {
    expect(chunkLimits({ import_lines: 11, bulk_body_bytes: 1_048_576 })).toEqual({ lines: 55, bytes: 1_048_576 });
    expect(chunkLimits({ import_lines: 500, bulk_body_bytes: 10 }).lines).toBe(500);
    expect(chunkLimits({ import_lines: 0, bulk_body_bytes: 10 }).lines).toBe(1);
  });
});

/** A deployment that creates each line once for a key, some lines at a time. */
class Deployment {
  readonly created: string[] = [];
  readonly keys: (string | null)[] = [];
  readonly remembered: Begun[] = [];
  private readonly progress = new Map<string, number>();
  private lastKey = 0;

  constructor(
    private readonly atOnce: number,
    private readonly before: (request: number, body: string) => Answer | null = () => null,
  ) {}

  ports() {
    return {
      post: async (body: string, key: string | null): Promise<Answer> => {
        this.keys.push(key);
        const given = this.before(this.keys.length, body);
        if (given) return given;
        const lines = body.trimEnd().split("\n");
        const before = key === null ? 0 : (this.progress.get(key) ?? 0);
        const done = Math.min(before + this.atOnce, lines.length);
        const read = lines.slice(0, done);
        if (key !== null) {
          // A line that comes with another key is another link.
          this.created.push(...lines.slice(before, done));
          this.progress.set(key, done);
        }
        const next = done < lines.length ? { line: done + 1, offset: 0 } : null;
        return {
          continues: next !== null && key !== null,
          results: {
            results: read.map((_, index) => ({ line: index + 1, status: 201, alias: "a", problem: null })),
            imported: read.length,
            existing: 0,
            failed: 0,
            next,
            dry_run: key === null,
          } as unknown as Answer["results"],
        };
      },
      remember: (begun: Begun) => this.remembered.push(begun),
      sleep: async () => {},
      newKey: () => {
        this.lastKey += 1;
        return `key${this.lastKey}`;
      },
    };
  }
}

async function* given(...chunks: Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks;
}

function chunk(from: number, to: number): Chunk {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return { numbers, lines: numbers.map((number) => `{"n":${number}}`), rejected: [], rows: numbers.length };
}

function refusal(line: number, status: number, code: string): unknown {
  const errors = code === "invalid_fields" ? [{ field: "/target", code: "required", detail: "is missing" }] : [];
  return { line, status, alias: null, problem: { code, status, detail: `${code} it is`, errors } };
}

function answerWith(...results: unknown[]): Answer {
  return { continues: false, results: { results, next: null } as unknown as Answer["results"] };
}

describe("an import", () => {
  it("repeats a request until its chunk is done", async () => {
    const deployment = new Deployment(4);
    const run = new ImportRun(deployment.ports(), false);
    await run.run(given(chunk(1, 10), chunk(11, 12)));
    expect(run.state.value).toBe("done");
    expect(run.counts.value).toEqual({ rows: 12, imported: 12, existing: 0, rejected: [] });
    expect(deployment.created).toHaveLength(12);
    expect(deployment.keys.slice(0, 3)).toEqual(["key1", "key1", "key1"]);
    expect(deployment.keys[3]).not.toBe("key1");
  });

  it("sends the rest of a dry run, which has no key", async () => {
    const deployment = new Deployment(4);
    const run = new ImportRun(deployment.ports(), true);
    await run.run(given(chunk(1, 10)));
    expect(run.counts.value).toMatchObject({ rows: 10, imported: 10 });
    expect(deployment.keys).toEqual([null, null, null]);
    expect(deployment.remembered).toEqual([]);
  });

  it("sends the same request again after a failure", async () => {
    const deployment = new Deployment(100, (request) => {
      if (request <= 3) throw request === 2 ? ApiProblem.offline() : new ApiProblem("store_unavailable", 503, "");
      return null;
    });
    const run = new ImportRun(deployment.ports(), false);
    await run.run(given(chunk(1, 3)));
    expect(deployment.keys).toEqual(["key1", "key1", "key1", "key1"]);
    expect(run.counts.value).toMatchObject({ rows: 3, imported: 3 });
    expect(run.problem.value).toBeNull();
  });

  it("pauses when nothing helps, and goes on", async () => {
    const deployment = new Deployment(100, (request) => {
      if (request === 1) throw new ApiProblem("forbidden", 403, "no");
      return null;
    });
    const run = new ImportRun(deployment.ports(), false);
    const ended = run.run(given(chunk(1, 3)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(run.state.value).toBe("paused");
    expect(run.problem.value?.code).toBe("forbidden");
    run.continue();
    await ended;
    expect(run.state.value).toBe("done");
  });

  it("rejects lines with their line in the file", async () => {
    const deployment = new Deployment(100, () =>
      answerWith(
        refusal(1, 422, "invalid_fields"),
        { line: 2, status: 200, problem: null },
        refusal(3, 409, "alias_taken"),
      ),
    );
    const run = new ImportRun(deployment.ports(), false);
    await run.run(given(chunk(21, 23)));
    expect(run.counts.value).toEqual({
      rows: 3,
      imported: 0,
      existing: 1,
      rejected: [
        { line: 21, reason: "target: is missing" },
        { line: 23, reason: "alias_taken it is" },
      ],
    });
  });

  it("tries lines over the quota again after a pause", async () => {
    const deployment = new Deployment(100, (request) =>
      request === 1 ? answerWith({ line: 1, status: 201, problem: null }, refusal(2, 429, "quota_exceeded")) : null,
    );
    const run = new ImportRun(deployment.ports(), false);
    const ended = run.run(given(chunk(1, 2)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(run.problem.value?.code).toBe("quota_exceeded");
    run.continue();
    await ended;
    expect(run.counts.value).toMatchObject({ rows: 2, imported: 2, rejected: [] });
    expect(deployment.created).toEqual(['{"n":2}']);
  });

  it("goes on with the key whose answer was lost", async () => {
    const deployment = new Deployment(100);
    const first = new ImportRun(deployment.ports(), false);
    await first.run(given(chunk(1, 3)));
    const [begun] = deployment.remembered;
    const again = new ImportRun(deployment.ports(), false, begun ?? null);
    await again.run(given(chunk(1, 3)));
    expect(deployment.keys).toEqual(["key1", "key1"]);
    expect(deployment.created).toHaveLength(3);
  });

  it("goes on with the rest of a chunk after a reload", async () => {
    const full = answerWith(
      { line: 1, status: 201, problem: null },
      refusal(2, 422, "invalid_fields"),
      refusal(3, 429, "quota_exceeded"),
    );
    let isLost = true;
    const deployment = new Deployment(100, (request) => (request === 1 ? full : null));
    const ports = deployment.ports();
    const losing = async (body: string, key: string | null) => {
      const answer = await ports.post(body, key);
      if (deployment.keys.length > 1 && isLost) throw new ApiProblem("forbidden", 403, "the answer was lost");
      return answer;
    };
    const file = () => given({ ...chunk(1, 3), rejected: [{ line: 4, reason: "no address" }], rows: 4 });
    const first = new ImportRun({ ...ports, post: losing }, false);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    void first.run(file());
    await pause();
    first.continue();
    await pause();
    first.stop();
    isLost = false;
    const again = new ImportRun(ports, false, deployment.remembered.at(-1) ?? null);
    await again.run(file());
    expect(deployment.keys).toEqual(["key1", "key2", "key2"]);
    expect(deployment.created).toEqual(['{"n":3}']);
    expect(again.counts.value).toMatchObject({ rows: 4, imported: 2 });
    expect(again.counts.value.rejected.map(({ line }) => line).sort()).toEqual([2, 4]);
  });

  it("stops between two chunks", async () => {
    const deployment = new Deployment(100);
    const run = new ImportRun(deployment.ports(), false);
    async function* chunks() {
      yield chunk(1, 2);
      run.stop();
      yield chunk(3, 4);
    }
    await run.run(chunks());
    expect(deployment.created).toHaveLength(2);
  });
});

describe("the file of rejected rows", () => {
  const rejected = [
    { line: 2, reason: "alias: taken" },
    { line: 3, reason: "unclosed" },
  ];

  it("has the rows with their reasons", async () => {
    const rows: SourceRow[] = [
      { kind: "cells", line: 2, cells: ["=1", "b"] },
      { kind: "broken", line: 3, reason: "unclosed_quote", raw: 'x,"y' },
      { kind: "cells", line: 4, cells: ["c", "d"] },
    ];
    const shape = { format: "csv", encoding: "utf-8", delimiter: ",", hasHeader: true } as const;
    expect((await rejectedFile(batches(rows), shape, ["url", "alias"], rejected)).join("")).toBe(
      '\ufeff"url","alias","hop_line","hop_reason"\r\n"\'=1","b","2","alias: taken"\r\n"x,""y","","3","unclosed"\r\n',
    );
  });

  it("stays JSON Lines", async () => {
    const rows: SourceRow[] = [json(2), { kind: "json", line: 3, text: "{oh" }, json(4)];
    const parts = await rejectedFile(batches(rows), { format: "jsonl", encoding: "utf-8" }, [], rejected);
    expect(parts.map((part) => JSON.parse(part))).toEqual([
      { n: 2, hop_line: 2, hop_reason: "alias: taken" },
      { line: "{oh", hop_line: 3, hop_reason: "unclosed" },
    ]);
  });
});

describe("an export", () => {
  it("finds the next page", () => {
    expect(nextOf('</api/v1/export?cursor=x&limit=100>; rel="next"')).toBe("/api/v1/export?cursor=x&limit=100");
    expect(nextOf(null)).toBeNull();
  });

  it("keeps one header, and counts links", () => {
    const page = '"alias","note"\r\n"a","two\r\nlines ""x"""\r\n"b",""\r\n';
    expect(withoutHeader(page)).toBe('"a","two\r\nlines ""x"""\r\n"b",""\r\n');
    expect(countLinks(page, "csv")).toBe(2);
    expect(countLinks('{"a":1}\n{"b":2}\n', "jsonl")).toBe(2);
  });
});
