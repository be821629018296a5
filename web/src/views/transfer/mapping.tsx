import { useSignal } from "@preact/signals";
import { defaultDomain, domains } from "../../state/me";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { CheckField, SelectField } from "../../ui/field";
import { type Mapping as ColumnMapping, guessMapping, isGuarded, isOwnFormat, ownMapping } from "./columns";
import { Columns } from "./columns-table";
import type { ImportSettings, StartedImport } from "./memory";
import { Preview } from "./preview";
import { DELIMITERS, type Inspection, type Shape } from "./source";

interface MappingProps {
  inspection: Inspection;
  name: string;
  /** The settings of a check that was made before. */
  before: ImportSettings | null;
  /** An import of this file that is not finished. */
  begun: StartedImport | null;
  onShape: (shape: Shape) => void;
  onRun: (settings: ImportSettings, isDry: boolean) => void;
  onResume: (from: StartedImport) => void;
  onAnother: () => void;
}

/** What the file is, and which column is what. */
export function Mapping({ inspection, name, before, begun, onShape, onRun, onResume, onAnother }: MappingProps) {
  const { shape, header, rows } = inspection;
  const isOwn = shape.format === "jsonl" || isOwnFormat(header);
  const mapping = useSignal<ColumnMapping>(before?.mapping ?? firstMapping(inspection, isOwn));
  const domain = useSignal(before?.domain ?? defaultDomain.value);
  const keepsOwners = useSignal(before?.keepsOwners ?? true);
  const words = text.transfer;
  const hasTarget = shape.format === "jsonl" || mapping.value.includes("target");
  const settings = (): ImportSettings => ({
    mapping: mapping.value,
    domain: domain.value,
    keepsOwners: keepsOwners.value,
  });
  return (
    <>
      <div class="row-line">
        <b class="clip" dir="auto">
          {name}
        </b>
        <span class="quiet">
          {`${words.rows(rows)}, ${shape.format === "jsonl" ? words.jsonl : isOwn ? words.ownCsv : words.csv}, ${words.encodings[shape.encoding]}`}
        </span>
        <span class="spacer" />
        <Button kind="quiet-button" onClick={onAnother}>
          {words.another}
        </Button>
      </div>
      {begun !== null && (
        <p class="notice warn" role="status">
          <span>{words.resumeNow(begun.counts.rows, begun.rowsInFile)}</span>
          <Button kind="primary" onClick={() => onResume(begun)}>
            {words.goOn}
          </Button>
        </p>
      )}
      {shape.format === "csv" && !isOwn && <CsvShape shape={shape} onShape={onShape} />}
      <Broken inspection={inspection} />
      {!isOwn && (
        <Columns
          inspection={inspection}
          mapping={mapping.value}
          onMapping={(value) => {
            mapping.value = value;
          }}
        />
      )}
      <Preview
        inspection={inspection}
        options={{ mapping: mapping.value, isGuarded: isGuarded(header), keepsOwners: keepsOwners.value }}
      />
      <div class="two">
        {domains.value.length > 1 && (
          <SelectField
            label={words.defaultDomain}
            value={domain.value}
            options={domains.value.map((one) => ({ value: one.domain, label: one.domain }))}
            onValue={(value) => {
              domain.value = value;
            }}
          />
        )}
        {isOwn && (
          <CheckField
            label={words.keepOwners}
            hint={words.keepOwnersHint}
            isOn={keepsOwners.value}
            onToggle={(isOn) => {
              keepsOwners.value = isOn;
            }}
          />
        )}
      </div>
      {!hasTarget && (
        <p class="notice warn" role="status">
          {words.needsTarget}
        </p>
      )}
      <div class="actions">
        <Button disabled={!hasTarget} onClick={() => onRun(settings(), true)}>
          {words.dryRun}
        </Button>
        <Button kind="primary" disabled={!hasTarget} onClick={() => onRun(settings(), false)}>
          {words.start(rows)}
        </Button>
      </div>
    </>
  );
}

function firstMapping({ header, sample }: Inspection, isOwn: boolean): ColumnMapping {
  if (isOwn) return ownMapping(header);
  return guessMapping(
    header,
    sample.flatMap((row) => (row.kind === "cells" ? [row.cells] : [])),
  );
}

function CsvShape({ shape, onShape }: { shape: Shape & { format: "csv" }; onShape: (shape: Shape) => void }) {
  const words = text.transfer;
  return (
    <div class="two">
      <SelectField
        label={words.delimiter}
        value={shape.delimiter}
        options={DELIMITERS.map((value) => ({ value, label: words.delimiters[value] }))}
        onValue={(delimiter) => onShape({ ...shape, delimiter })}
      />
      <CheckField
        label={words.header}
        isOn={shape.hasHeader}
        onToggle={(hasHeader) => onShape({ ...shape, hasHeader })}
      />
    </div>
  );
}

/** More broken rows are only counted. */
const MOST = 5;

function Broken({ inspection: { broken } }: { inspection: Inspection }) {
  const words = text.transfer;
  if (broken.length === 0) return null;
  return (
    <div class="notice warn" role="status">
      <p>{words.broken(broken.length)}</p>
      <ul>
        {broken.slice(0, MOST).map(({ line, reason }) => (
          <li key={line}>{words.brokenLine(line, words.reasons[reason])}</li>
        ))}
        {broken.length > MOST && <li>{words.andMore(broken.length - MOST)}</li>}
      </ul>
    </div>
  );
}
