import { text } from "../../text";
import { Scroll } from "../../ui/scroll";
import { type ConvertOptions, linkOf } from "./convert";
import type { Inspection } from "./source";

/** How many links are shown. */
const MOST = 4;

/** The first rows as the links that they become. */
export function Preview({ inspection, options }: { inspection: Inspection; options: ConvertOptions }) {
  const words = text.transfer;
  return (
    <div class="stack">
      <h3>{words.preview}</h3>
      <Scroll label={words.preview}>
        <table class="table preview">
          <thead>
            <tr>
              <th scope="col">{words.line}</th>
              <th scope="col">{words.fields.alias}</th>
              <th scope="col">{words.fields.target}</th>
              <th scope="col">{words.previewMore}</th>
            </tr>
          </thead>
          <tbody>
            {inspection.sample.slice(0, MOST).map((row) => (
              <tr key={row.line}>
                <td class="number">{row.line}</td>
                <PreviewCells read={linkOf(row, options)} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

/** Fields that have a column of their own, or say nothing to people. */
const OWN = ["alias", "target", "id", "short_url", "version", "state", "updated_at"];

function PreviewCells({ read }: { read: ReturnType<typeof linkOf> }) {
  const words = text.transfer;
  if (read.kind === "rejected") {
    return (
      <td class="wrong" colSpan={3}>
        {text.sentence(read.reason)}
      </td>
    );
  }
  const { link } = read;
  const others = Object.entries(link).filter(([name, value]) => !OWN.includes(name) && isWorthShowing(value));
  return (
    <>
      <td dir="auto">
        {link.alias === undefined ? <span class="quiet">{words.previewAlias}</span> : asText(link.alias)}
      </td>
      <td dir="auto">{link.target === undefined ? "" : asText(link.target)}</td>
      <td dir="auto">{others.map(([name, value]) => `${nameOf(name)}: ${asText(value)}`).join(", ")}</td>
    </>
  );
}

function isWorthShowing(value: unknown): boolean {
  return value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
}

function nameOf(field: string): string {
  const names: Record<string, string> = text.transfer.fields;
  return Object.hasOwn(names, field) ? (names[field] ?? field) : field;
}

/** A cell is short: the rest of a long value says nothing here. */
const LONGEST = 120;

function asText(value: unknown): string {
  if (typeof value === "object" && value !== null && "humans" in value) return String(value.humans);
  const words =
    typeof value === "string" ? value : Array.isArray(value) ? value.map(asText).join(", ") : JSON.stringify(value);
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}
