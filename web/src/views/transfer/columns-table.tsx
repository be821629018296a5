import { text } from "../../text";
import { CHOICES, type Field, type Mapping } from "./columns";
import type { Inspection } from "./source";

/** How many values of a column are shown. */
const EXAMPLES = 3;

interface ColumnsProps {
  inspection: Inspection;
  mapping: Mapping;
  onMapping: (mapping: Mapping) => void;
}

/** The columns of a file, each with some values and the field that it is. */
export function Columns({ inspection, mapping, onMapping }: ColumnsProps) {
  const { header, sample } = inspection;
  const words = text.transfer;
  const examples = (index: number) => {
    const cells = sample.map((row) => (row.kind === "cells" ? (row.cells[index]?.trim() ?? "") : ""));
    return cells.filter((cell) => cell !== "").slice(0, EXAMPLES);
  };
  // A field belongs to one column: the other gives it up.
  const choose = (index: number, field: Field | null) =>
    onMapping(mapping.map((other, at) => (at === index ? field : other === field ? null : other)));
  return (
    <div class="stack">
      <div>
        <h3>{words.columns}</h3>
        <p class="quiet">{words.columnsHint}</p>
      </div>
      <ul class="columns">
        {header.map((title, index) => {
          const name = title.trim() || words.unnamed(index + 1);
          return (
            // A column has no identity but its place.
            <li key={`${index}`}>
              <div>
                <b dir="auto">{name}</b>
                <p class="quiet clip" dir="auto">
                  {examples(index).join(" · ")}
                </p>
              </div>
              <select
                class="input"
                aria-label={words.column(name)}
                value={mapping[index] ?? ""}
                onChange={(event) => choose(index, (event.currentTarget.value || null) as Field | null)}
              >
                <option value="">{words.notImported}</option>
                {CHOICES.map((field) => (
                  <option key={field} value={field}>
                    {words.fields[field]}
                  </option>
                ))}
              </select>
            </li>
          );
        })}
      </ul>
      <p class="quiet">{words.times}</p>
    </div>
  );
}
