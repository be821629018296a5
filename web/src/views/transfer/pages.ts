// The pages of an export.

export type ExportFormat = "jsonl" | "csv";

/** The address of the next page in the header `Link`. */
export function nextOf(header: string | null): string | null {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(header ?? "")?.[1] ?? null;
}

/** A page of CSV without the names of the columns, which are on its first line. */
export function withoutHeader(page: string): string {
  const end = page.indexOf("\n");
  return end < 0 ? "" : page.slice(end + 1);
}

/** The links of a page. A cell may contain line ends, a line of JSON does not. */
export function countLinks(page: string, format: ExportFormat): number {
  if (format === "jsonl") return page.split("\n").filter((line) => line.trim() !== "").length;
  let rows = 0;
  let isQuoted = false;
  for (const character of page) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === "\n" && !isQuoted) rows += 1;
  }
  return Math.max(0, rows - 1);
}
