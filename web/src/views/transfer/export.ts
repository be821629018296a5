// Loads an export page by page.
import { send } from "../../api/client";
import { countLinks, type ExportFormat, nextOf, withoutHeader } from "./pages";

export interface ExportSettings {
  domains: readonly string[];
  format: ExportFormat;
  withPasswords: boolean;
}

/** Where an export stands. A failed one goes on from here. */
export interface ExportProgress {
  /** The domains that are not begun. */
  left: readonly string[];
  /** The address of the next page. */
  next: string | null;
  parts: readonly string[];
  links: number;
}

const PAGE = 100;

export function startOfExport({ domains }: ExportSettings): ExportProgress {
  return { left: domains, next: null, parts: [], links: 0 };
}

/** Loads the rest of an export. `onProgress` gets the state after each page. */
export async function loadExport(
  settings: ExportSettings,
  from: ExportProgress,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<ExportProgress> {
  let progress = from;
  for (;;) {
    const [domain, ...left] = progress.left;
    const address = progress.next ?? (domain === undefined ? null : firstPage(domain, settings));
    if (address === null) return progress;
    const response = await send(address, { signal });
    const page = await response.text();
    progress = {
      left: progress.next === null ? left : progress.left,
      next: nextOf(response.headers.get("link")),
      parts: [...progress.parts, settings.format === "csv" && progress.parts.length > 0 ? withoutHeader(page) : page],
      links: progress.links + countLinks(page, settings.format),
    };
    onProgress(progress);
  }
}

function firstPage(domain: string, { format, withPasswords }: ExportSettings): string {
  const query = new URLSearchParams({ domain, format, limit: String(PAGE) });
  if (withPasswords) query.set("passwords", "true");
  return `/api/v1/export?${query}`;
}
