import { me } from "./me";

/** Input that is not saved yet, of the user who is signed in. It survives a reload of the tab and an expired session; without storage it does not. */
export function loadDraft<T>(name: string): T | null {
  try {
    const text = sessionStorage.getItem(key(name));
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

export function saveDraft(name: string, value: unknown): void {
  try {
    sessionStorage.setItem(key(name), JSON.stringify(value));
  } catch {
    // Storage is full or forbidden. The input is still on the page.
  }
}

export function dropDraft(name: string): void {
  try {
    sessionStorage.removeItem(key(name));
  } catch {
    // As above.
  }
}

function key(name: string): string {
  return `hop.draft.${me.peek()?.user ?? ""}.${name}`;
}
