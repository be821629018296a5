import { useRef } from "preact/hooks";
import { href } from "../../state/router";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { number } from "../../ui/format";
import { saveFile } from "../../ui/save-file";
import { Scroll } from "../../ui/scroll";
import type { Rejected } from "./chunks";
import { rejectedFile } from "./rejected";
import type { ImportRun } from "./run";
import { type Inspection, readRows } from "./source";

interface RunningProps {
  file: File;
  inspection: Inspection;
  run: ImportRun;
  isDry: boolean;
  /** Back to the columns. */
  onBack: () => void;
  onAnother: () => void;
}

/** How an import stands, and its result. */
export function Running({ file, inspection, run, isDry, onBack, onAnother }: RunningProps) {
  const words = text.transfer;
  const state = run.state.value;
  const counts = run.counts.value;
  const done = counts.rows + run.inChunk.value;
  const created = counts.imported + run.importedInChunk.value;
  const problem = run.problem.value;
  const isOver = state === "done";
  const title = isOver ? (isDry ? words.checked : words.done) : isDry ? words.checking : words.importing;
  return (
    <>
      <h3>
        <span role="status">{title}</span>
      </h3>
      <progress class="progress" max={inspection.rows} value={done} aria-label={title} />
      <div class="row-line">
        <span class="soft">{words.progress(done, inspection.rows)}</span>
        <span class="quiet">
          {state === "running" && <Left done={done} all={inspection.rows} />}
          {state === "paused" && words.paused}
        </span>
        <span class="spacer" />
        {!isOver && !run.isFileGone.value && (
          <>
            {state === "paused" ? (
              <Button kind="primary" onClick={() => run.continue()}>
                {words.goOn}
              </Button>
            ) : (
              <Button onClick={() => run.pause()}>{words.pause}</Button>
            )}
            <Button
              onClick={() => {
                run.stop();
                onBack();
              }}
            >
              {words.stop}
            </Button>
          </>
        )}
      </div>
      {problem !== null && (
        <p class={state === "waiting" ? "notice warn" : "notice bad"} role="alert">
          {state === "waiting" ? words.waiting(text.problems.title(problem)) : text.problems.line(problem)}
        </p>
      )}
      {run.isFileGone.value && (
        <p class="notice bad" role="alert">
          {words.fileGone}
        </p>
      )}
      {!isOver && !isDry && <p class="quiet">{words.leave}</p>}
      <ul class="import-counts">
        <li>{isDry ? words.counts.wouldCreate(created) : words.counts.created(created)}</li>
        {counts.existing > 0 && <li>{words.counts.existing(counts.existing)}</li>}
        {counts.rejected.length > 0 && <li class="wrong">{words.counts.rejected(counts.rejected.length)}</li>}
      </ul>
      <RejectedRows
        file={file}
        inspection={inspection}
        rejected={counts.rejected}
        canSave={isOver || state === "paused"}
      />
      {(isOver || run.isFileGone.value) && (
        <div class="actions">
          <Button onClick={onAnother}>{words.another}</Button>
          {isDry ? (
            <Button kind="primary" onClick={onBack}>
              {text.common.back}
            </Button>
          ) : (
            <LinkButton kind="primary" href={href(["links"])}>
              {words.showLinks}
            </LinkButton>
          )}
        </div>
      )}
    </>
  );
}

/** The time that is left, from the time that the rows so far have taken. */
function Left({ done, all }: { done: number; all: number }) {
  const start = useRef({ at: performance.now(), done });
  const rows = done - start.current.done;
  const minutes = (performance.now() - start.current.at) / 60_000;
  // Few rows say little.
  if (rows < 20) return null;
  return <>{text.transfer.left(((all - done) / rows) * minutes)}</>;
}

/** More rejected rows are only in the file. */
const MOST = 20;

interface RejectedProps {
  file: File;
  inspection: Inspection;
  rejected: readonly Rejected[];
  canSave: boolean;
}

function RejectedRows({ file, inspection, rejected, canSave }: RejectedProps) {
  const words = text.transfer;
  if (rejected.length === 0) return null;
  const { shape, header } = inspection;
  const save = async () => {
    const parts = await rejectedFile(readRows(file, shape), shape, header, rejected);
    const name = file.name.replace(/\.[^.]*$/, "");
    const isCsv = shape.format === "csv";
    const content = new Blob(parts, { type: isCsv ? "text/csv" : "application/x-ndjson" });
    saveFile(content, `${name}.rejected.${isCsv ? "csv" : "jsonl"}`);
  };
  return (
    <>
      <Scroll label={words.counts.rejected(rejected.length)}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{words.line}</th>
              <th scope="col">{words.why}</th>
            </tr>
          </thead>
          <tbody>
            {rejected.slice(0, MOST).map(({ line, reason }) => (
              <tr key={line}>
                <td class="number">{number(line)}</td>
                <td dir="auto">{text.sentence(reason)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rejected.length > MOST && <p class="quiet">{words.andMore(rejected.length - MOST)}</p>}
      {canSave && (
        <div class="row-line">
          <Button onClick={() => void save()}>{words.download(rejected.length)}</Button>
          <span class="quiet">{words.downloadHint}</span>
        </div>
      )}
    </>
  );
}
