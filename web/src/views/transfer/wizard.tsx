import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { capabilities } from "../../state/me";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { share } from "../../ui/format";
import { ChooseFile, problemOfFile } from "./choose";
import { chunkLimits, chunksOf } from "./chunks";
import { isGuarded } from "./columns";
import { type ConvertOptions, convert } from "./convert";
import { Mapping } from "./mapping";
import { forgetImport, type ImportSettings, rememberedImport, rememberImport, type StartedImport } from "./memory";
import { postLines } from "./post";
import { ImportRun } from "./run";
import { Running } from "./running";
import { type Inspection, inspect, look, readRows, type Shape } from "./source";

type Step =
  | { kind: "choose"; wrong: string | null }
  | { kind: "reading"; share: number }
  | { kind: "mapping"; file: File; inspection: Inspection }
  | { kind: "running"; file: File; inspection: Inspection; settings: ImportSettings; run: ImportRun; isDry: boolean };

/** Imports a file: choose it, say what its columns are, check, import. */
export function ImportWizard() {
  const step = useSignal<Step>({ kind: "choose", wrong: null });
  const started = useSignal<StartedImport | null>(rememberedImport());
  /** Settings survive a check. */
  const settings = useSignal<ImportSettings | null>(null);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
      if (step.peek().kind === "running") (step.peek() as { run: ImportRun }).run.stop();
    },
    [],
  );

  const read = async (file: File) => {
    const wrong = await problemOfFile(file);
    if (wrong !== null) {
      step.value = { kind: "choose", wrong };
      return;
    }
    settings.value = null;
    await reading(file, (onProgress) => inspect(file, onProgress));
  };
  const reshape = async (file: File, { digest }: Inspection, shape: Shape) => {
    settings.value = null;
    await reading(file, async (onProgress) => ({ digest, ...(await look(file, shape, onProgress)) }));
  };
  const reading = async (file: File, work: (onProgress: (share: number) => void) => Promise<Inspection>) => {
    step.value = { kind: "reading", share: 0 };
    try {
      const inspection = await work((now) => {
        if (step.peek().kind === "reading") step.value = { kind: "reading", share: now };
      });
      if (isGone.current) return;
      const isEmpty = inspection.rows === 0;
      step.value = isEmpty ? { kind: "choose", wrong: text.transfer.noRows } : { kind: "mapping", file, inspection };
    } catch {
      step.value = { kind: "choose", wrong: text.transfer.unreadable };
    }
  };

  const begin = (
    file: File,
    inspection: Inspection,
    chosen: ImportSettings,
    isDry: boolean,
    from: StartedImport | null,
  ) => {
    settings.value = chosen;
    const limits = capabilities.peek()?.limits ?? { import_lines: 10, bulk_body_bytes: 65_536 };
    const run = new ImportRun(
      {
        post: postLines(chosen.domain, isDry),
        remember: (begun) => {
          const { digest, shape, rows } = inspection;
          started.value = { digest, name: file.name, shape, settings: chosen, rowsInFile: rows, ...begun };
          rememberImport(started.value);
        },
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        newKey: () => crypto.randomUUID(),
      },
      isDry,
      from,
    );
    step.value = { kind: "running", file, inspection, settings: chosen, run, isDry };
    const options: ConvertOptions = {
      mapping: chosen.mapping,
      isGuarded: isGuarded(inspection.header),
      keepsOwners: chosen.keepsOwners,
    };
    const rows = readRows(file, inspection.shape);
    const chunks = chunksOf(rows, (row) => convert(row, options), chunkLimits(limits), run.counts.value.rows);
    void run.run(chunks).then(() => {
      if (!isDry && run.state.value === "done") forget();
    });
  };
  const forget = () => {
    started.value = null;
    forgetImport();
  };
  const choose = () => {
    step.value = { kind: "choose", wrong: null };
  };

  const now = step.value;
  const words = text.transfer;
  const begun = started.value;
  return (
    <section class="card stack import" aria-labelledby="import-title">
      <h2 id="import-title">{words.import}</h2>
      {now.kind === "choose" && begun !== null && (
        <p class="notice warn">
          <span>
            <b>{words.resumeTitle}.</b> {words.resume(begun.name, begun.counts.rows, begun.rowsInFile)}
          </span>
          <Button onClick={forget}>{words.forget}</Button>
        </p>
      )}
      {now.kind === "choose" && <ChooseFile wrong={now.wrong} onFile={(file) => void read(file)} />}
      {now.kind === "reading" && (
        <div class="reading">
          <progress class="progress" max={1} value={now.share} aria-label={words.import} />
          <p class="soft" role="status">
            {words.reading(share(now.share))}
          </p>
        </div>
      )}
      {now.kind === "mapping" && (
        <Mapping
          key={JSON.stringify(now.inspection.shape)}
          inspection={now.inspection}
          name={now.file.name}
          before={settings.value}
          begun={begun?.digest === now.inspection.digest ? begun : null}
          onShape={(shape) => void reshape(now.file, now.inspection, shape)}
          onRun={(chosen, isDry) => {
            begin(now.file, now.inspection, chosen, isDry, null);
          }}
          onResume={(from) => {
            void resumeOf(now.file, from, now.inspection).then(
              (inspection) => begin(now.file, inspection, from.settings, false, from),
              () => {
                step.value = { kind: "choose", wrong: text.transfer.unreadable };
              },
            );
          }}
          onAnother={choose}
        />
      )}
      {now.kind === "running" && (
        <Running
          {...now}
          onBack={() => {
            step.value = { kind: "mapping", file: now.file, inspection: now.inspection };
          }}
          onAnother={choose}
        />
      )}
    </section>
  );
}

/** The inspection of a file as the import that was begun has read it. */
async function resumeOf(file: File, from: StartedImport, known: Inspection): Promise<Inspection> {
  if (JSON.stringify(from.shape) === JSON.stringify(known.shape)) return known;
  return { digest: known.digest, ...(await look(file, from.shape, () => {})) };
}
