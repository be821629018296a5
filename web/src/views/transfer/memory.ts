// What an import has done, remembered so that a reload of the page can go on.
import { dropDraft, loadDraft, saveDraft } from "../../state/draft";
import type { Mapping } from "./columns";
import type { Begun } from "./run";
import type { Shape } from "./source";

export interface ImportSettings {
  mapping: Mapping;
  /** Where links without a domain go. */
  domain: string;
  keepsOwners: boolean;
}

/** An import that was started. The file is chosen again, and known by its digest. */
export interface StartedImport extends Begun {
  digest: string;
  name: string;
  shape: Shape;
  settings: ImportSettings;
  rowsInFile: number;
}

const DRAFT = "import";
/** More rejected rows are not remembered: the storage of a tab is small. */
const MOST_REJECTED = 5_000;

export function rememberImport(started: StartedImport): void {
  const rejected = started.counts.rejected.slice(-MOST_REJECTED);
  saveDraft(DRAFT, { ...started, counts: { ...started.counts, rejected } });
}

export function rememberedImport(): StartedImport | null {
  const started = loadDraft<StartedImport>(DRAFT);
  // What was remembered before there was a rest of a chunk has none.
  return started && { ...started, left: started.left ?? null };
}

export function forgetImport(): void {
  dropDraft(DRAFT);
}
