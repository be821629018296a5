import type { Link } from "../../api/client";
import type { LinkForm } from "./form";

/** A request that creates a link: its `Idempotency-Key` and its body. */
export interface Attempt {
  key: string;
  body: string;
}

/** Input that is not saved, with the version of the link that it began with. */
export interface EditDraft {
  at: number;
  base: Link | null;
  form: LinkForm;
  attempt: Attempt | null;
}

/** What becomes of a draft when its view is opened. */
export type DraftUse = "restore" | "ask" | "none";

/** A draft of the same version is restored. Somebody decides about one of another version, or of another new link. */
export function useOfDraft(draft: EditDraft | null, link: Link | null, wanted: { target: string }): DraftUse {
  if (draft === null) return "none";
  if (link !== null) return draft.base?.version === link.version ? "restore" : "ask";
  return wanted.target === "" || wanted.target === draft.form.target ? "restore" : "ask";
}
