import type { Schemas } from "../../api/client";
import { text } from "../../text";

export type Session = Schemas["Session"];

/** A session as a person recognises it: "Firefox on a computer". */
export function sessionName({ browser, device }: Pick<Session, "browser" | "device">): string {
  const { browsers, devices, noBrowser, noDevice, session } = text.account;
  return session(word(browsers, browser) ?? noBrowser, word(devices, device) ?? noDevice);
}

/** The word for a value. One that a later version added is shown as it is. */
function word(words: Record<string, string>, value: string | null): string | null {
  return value !== null && Object.hasOwn(words, value) ? (words[value] ?? value) : value;
}
