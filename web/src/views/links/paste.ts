import { isWebAddress } from "../link/destination";

/** Elements that take a pasted text themselves. */
const TEXT_FIELDS =
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"], [type="reset"]), textarea, select';

/** The web address that is pasted beside all fields and dialogs; `null` if there is none. */
export function pastedAddress({ clipboardData }: ClipboardEvent, page: Document): string | null {
  if (page.querySelector("dialog[open]") !== null || page.activeElement?.matches(TEXT_FIELDS)) return null;
  const pasted = clipboardData?.getData("text/plain").trim() ?? "";
  return isWebAddress(pasted) ? pasted : null;
}
