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

/** What the address of the view asks for. Empty: nothing. */
export interface Wanted {
  target: string;
  alias: string;
}

/** What becomes of a draft when its view is opened. */
export type DraftUse = "restore" | "ask" | "none";

/** A draft of the same version is restored. Somebody decides about one of another version, or of another new link. */
export function useOfDraft(draft: EditDraft | null, link: Link | null, wanted: Wanted): DraftUse {
  if (draft === null) return "none";
  if (link !== null) return draft.base?.version === link.version ? "restore" : "ask";
  const isSame = (["target", "alias"] as const).every(
    (field) => wanted[field] === "" || wanted[field] === draft.form[field],
  );
  return isSame ? "restore" : "ask";
}
