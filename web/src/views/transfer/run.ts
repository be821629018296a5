// Sends the chunks of a file, one request after the other, and survives failures.
import { signal } from "@preact/signals";
import type { Schemas } from "../../api/client";
import { ApiProblem, asProblem } from "../../api/problem";
import { text } from "../../text";
import type { Chunk, Rejected } from "./chunks";

export type ImportResults = Schemas["ImportResults"];
type LineResult = ImportResults["results"][number];

/** An answer of the API. `continues`: the same request does the rest. */
export interface Answer {
  results: ImportResults;
  continues: boolean;
}

export interface Counts {
  /** Rows of the file that are done. */
  rows: number;
  imported: number;
  existing: number;
  rejected: readonly Rejected[];
}

export const NO_COUNTS: Counts = { rows: 0, imported: 0, existing: 0, rejected: [] };

/** Where a run goes on after a reload of the page. */
export interface Begun {
  counts: Counts;
  /** The key of the next request, whose answer may have been lost. */
  key: string;
  /** The lines of the file that are left of the next chunk, of which the counts have the others. `null`: all. */
  left: readonly number[] | null;
}

/** `waiting`: the last request failed and is sent again. */
export type RunState = "running" | "waiting" | "paused" | "done";

export interface RunPorts {
  /** Sends a body. Without a key it is a dry run. */
  post: (body: string, key: string | null) => Promise<Answer>;
  /** Remembers what is done, and how to go on. */
  remember: (begun: Begun) => void;
  sleep: (milliseconds: number) => Promise<void>;
  newKey: () => string;
}

/** How often a request is sent again before the run pauses by itself. */
const TRIES = 5;
const LONGEST_WAIT = 60_000;

export class ImportRun {
  readonly state = signal<RunState>("paused");
  readonly counts = signal<Counts>(NO_COUNTS);
  /** Lines of the current chunk that are done. */
  readonly inChunk = signal(0);
  readonly importedInChunk = signal(0);
  readonly problem = signal<ApiProblem | null>(null);
  /** Whether the file was changed or removed meanwhile. */
  readonly isFileGone = signal(false);
  private resume: (() => void) | null = null;
  private isStopped = false;

  /** `begun` is what an earlier run has remembered. */
  constructor(
    private readonly ports: RunPorts,
    private readonly isDry: boolean,
    private begun: Begun | null = null,
  ) {
    if (begun !== null) this.counts.value = begun.counts;
  }

  async run(chunks: AsyncIterable<Chunk>): Promise<void> {
    this.state.value = "running";
    try {
      for await (const chunk of chunks) {
        await this.whilePaused();
        if (this.isStopped) return;
        await this.send(chunk);
        if (this.isStopped) return;
      }
      this.state.value = "done";
    } catch {
      this.isFileGone.value = true;
      this.state.value = "paused";
    }
  }

  pause(): void {
    if (this.state.value === "done") return;
    this.state.value = "paused";
  }

  continue(): void {
    this.problem.value = null;
    this.state.value = "running";
    this.resume?.();
    this.resume = null;
  }

  /** Ends the run. A request that is on its way is not taken back. */
  stop(): void {
    this.isStopped = true;
    this.continue();
  }

  private async whilePaused(): Promise<void> {
    while (this.state.value === "paused" && !this.isStopped) {
      await new Promise<void>((resolve) => {
        this.resume = resolve;
      });
    }
  }

  private async send(chunk: Chunk): Promise<void> {
    const { key: begunKey = this.ports.newKey(), left: begunLeft = null } = this.begun ?? {};
    this.begun = null;
    let key = begunKey;
    let { lines, numbers } = begunLeft === null ? chunk : only(chunk, begunLeft);
    // The counts have them already if the chunk was begun.
    const rejected = begunLeft === null ? [...chunk.rejected] : [];
    let [imported, existing] = [0, 0];
    let tries = 0;
    let isWhole = begunLeft === null;
    const counted = (rows: number): Counts => {
      const before = this.counts.value;
      return {
        rows: before.rows + rows,
        imported: before.imported + imported,
        existing: before.existing + existing,
        rejected: [...before.rejected, ...rejected],
      };
    };
    const remember = () => {
      if (this.isDry) return;
      if (isWhole) this.ports.remember({ counts: this.counts.value, key, left: null });
      else this.ports.remember({ counts: counted(0), key, left: numbers });
    };
    remember();
    while (lines.length > 0) {
      const answer = await this.attempt(`${lines.join("\n")}\n`, key, () => {
        key = this.ports.newKey();
        remember();
        return key;
      });
      if (answer === null) return;
      const { results, next } = answer.results;
      this.inChunk.value = chunk.lines.length - lines.length + results.length;
      this.importedInChunk.value = imported + answer.results.imported;
      if (answer.continues) {
        await this.whilePaused();
        if (this.isStopped) return;
        continue;
      }
      // A line that failed by chance succeeds if the same request is sent again.
      if (!this.isDry && results.some(isByChance) && tries < TRIES) {
        tries += 1;
        await this.ports.sleep(1_000 * tries);
        if (this.isStopped) return;
        continue;
      }
      const overQuota = results.filter(isOverQuota);
      for (const result of results) {
        if (result.status === 201) imported += 1;
        else if (result.status === 200) existing += 1;
        else if (!isOverQuota(result)) rejected.push({ line: numbers[result.line - 1] ?? 0, reason: reasonOf(result) });
      }
      const rest = next === null ? lines.length : next.line - 1;
      const left = [...overQuota.map(({ line }) => line - 1), ...range(rest, lines.length)];
      lines = left.map((index) => lines[index] ?? "");
      numbers = left.map((index) => numbers[index] ?? 0);
      if (lines.length === 0) break;
      key = this.ports.newKey();
      isWhole = false;
      remember();
      const [first] = overQuota;
      if (first?.problem) await this.stopFor(new ApiProblem("quota_exceeded", 429, first.problem.detail));
      if (this.isStopped) return;
    }
    this.inChunk.value = 0;
    this.importedInChunk.value = 0;
    this.counts.value = counted(chunk.rows);
    if (!this.isDry) {
      this.begun = { counts: this.counts.value, key: this.ports.newKey(), left: null };
      this.ports.remember(this.begun);
    }
  }

  /** Sends a request until it is answered. `null`: the run was stopped. */
  private async attempt(body: string, key: string, renewKey: () => string): Promise<Answer | null> {
    let current = key;
    for (let failures = 0; ; ) {
      await this.whilePaused();
      if (this.isStopped) return null;
      try {
        const answer = await this.ports.post(body, this.isDry ? null : current);
        this.problem.value = null;
        if (this.state.value === "waiting") this.state.value = "running";
        return answer;
      } catch (error) {
        const problem = asProblem(error);
        failures += 1;
        if (problem.code === "idempotency_reused" && failures === 1) {
          current = renewKey();
        } else if (isPassing(problem) && failures < TRIES) {
          this.problem.value = problem;
          if (this.state.value === "running") this.state.value = "waiting";
          await this.ports.sleep(Math.min((problem.retryAfter ?? 2 ** failures) * 1_000, LONGEST_WAIT));
        } else {
          failures = 0;
          await this.stopFor(problem);
        }
      }
    }
  }

  private async stopFor(problem: ApiProblem): Promise<void> {
    this.problem.value = problem;
    this.state.value = "paused";
    await this.whilePaused();
  }
}

/** The lines of a chunk that have these numbers. */
function only({ lines, numbers }: Chunk, left: readonly number[]): Pick<Chunk, "lines" | "numbers"> {
  const places = range(0, lines.length).filter((place) => left.includes(numbers[place] ?? 0));
  return { lines: places.map((place) => lines[place] ?? ""), numbers: places.map((place) => numbers[place] ?? 0) };
}

/** Whether a failure goes away by itself. */
function isPassing(problem: ApiProblem): boolean {
  return (
    problem.status >= 500 || problem.status === 0 || ["rate_limited", "idempotency_in_flight"].includes(problem.code)
  );
}

function isByChance(result: LineResult): boolean {
  return result.status >= 500;
}

function isOverQuota(result: LineResult): boolean {
  return result.problem?.code === "quota_exceeded";
}

function reasonOf({ problem }: LineResult): string {
  if (problem === null) return text.transfer.reasons.unknown;
  const errors = problem.errors ?? [];
  return errors.length === 0
    ? problem.detail
    : errors.map(({ field, detail }) => `${field.replace(/^\//, "")}: ${detail}`).join("; ");
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
