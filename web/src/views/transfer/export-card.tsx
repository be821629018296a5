import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../../api/clock";
import { type ApiProblem, asProblem } from "../../api/problem";
import { domains, may } from "../../state/me";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CheckField, SelectField } from "../../ui/field";
import { saveFile } from "../../ui/save-file";
import { ProblemNotice } from "../../ui/states";
import { toast } from "../../ui/toast";
import { type ExportProgress, type ExportSettings, loadExport, startOfExport } from "./export";
import type { ExportFormat } from "./pages";

const TYPES = { jsonl: "application/x-ndjson", csv: "text/csv" };

/** Saves links as a file. */
export function ExportCard() {
  const domain = useSignal("");
  const format = useSignal<ExportFormat>("jsonl");
  const withPasswords = useSignal(false);
  const progress = useSignal<ExportProgress | null>(null);
  const problem = useSignal<ApiProblem | null>(null);
  const running = useRef<AbortController | null>(null);
  const isRunning = useSignal(false);
  useEffect(() => () => running.current?.abort(), []);
  const words = text.transfer;

  const settings = (): ExportSettings => ({
    domains: domain.value === "" ? domains.value.map((one) => one.domain) : [domain.value],
    format: format.value,
    withPasswords: withPasswords.value,
  });
  const run = async (from: ExportProgress) => {
    const controller = new AbortController();
    running.current = controller;
    isRunning.value = true;
    problem.value = null;
    const onProgress = (at: ExportProgress) => {
      progress.value = at;
    };
    onProgress(from);
    try {
      const done = await loadExport(settings(), from, onProgress, controller.signal);
      const day = new Date(now()).toISOString().slice(0, 10);
      const name = `hop-${domain.value || "links"}-${day}.${format.value}`;
      saveFile(new Blob([...done.parts], { type: TYPES[format.value] }), name);
      toast(words.exported(done.links));
      progress.value = null;
    } catch (error) {
      if (controller.signal.aborted) progress.value = null;
      else problem.value = asProblem(error);
    } finally {
      isRunning.value = false;
    }
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void run(startOfExport(settings()));
  };
  const at = progress.value;
  const isFixed = at !== null;
  return (
    <form class="card stack" aria-labelledby="export-title" onSubmit={onSubmit}>
      <h2 id="export-title">{words.export}</h2>
      <p class="soft">{words.exportHint}</p>
      <div class="two">
        <SelectField
          label={words.exportDomain}
          value={domain.value}
          disabled={isFixed}
          options={[
            { value: "", label: words.allDomains },
            ...domains.value.map((one) => ({ value: one.domain, label: one.domain })),
          ]}
          onValue={(value) => {
            domain.value = value;
          }}
        />
        <SelectField
          label={words.format}
          value={format.value}
          disabled={isFixed}
          options={[
            { value: "jsonl", label: words.formats.jsonl },
            { value: "csv", label: words.formats.csv },
          ]}
          onValue={(value) => {
            format.value = value;
          }}
        />
      </div>
      {may("links:admin") && (
        <CheckField
          label={words.passwords}
          hint={words.passwordsHint}
          isOn={withPasswords.value}
          disabled={isFixed}
          onToggle={(isOn) => {
            withPasswords.value = isOn;
          }}
        />
      )}
      {problem.value && at !== null && (
        <>
          <ProblemNotice problem={problem.value} />
          <p class="quiet">{words.exportFailed(at.links)}</p>
        </>
      )}
      <div class="row-line">
        <span class="soft" role="status">
          {isRunning.value && at !== null && words.exporting(at.links)}
        </span>
        <span class="spacer" />
        {at !== null && (
          <Button
            onClick={() => {
              running.current?.abort();
              progress.value = null;
              problem.value = null;
            }}
          >
            {text.common.cancel}
          </Button>
        )}
        {at !== null && problem.value !== null ? (
          <Button kind="primary" onClick={() => void run(at)}>
            {words.goOn}
          </Button>
        ) : (
          <Button kind="primary" type="submit" isBusy={isRunning.value}>
            {words.exportButton}
          </Button>
        )}
      </div>
    </form>
  );
}
