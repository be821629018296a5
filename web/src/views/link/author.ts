import type { Schemas } from "../../api/client";
import { text } from "../../text";
import type { Version } from "./changes";

type AuditEvent = Schemas["AuditEvent"];

/** "Ann", "Ann, with the key Import", "bootstrap admin". */
export function authorOf(
  { by }: Pick<Version, "by">,
  names: ReadonlyMap<string, string>,
  key: string | null,
  keys: ReadonlyMap<string, string>,
): string {
  if (by === null) return text.link.history.admin;
  const name = names.get(by) ?? text.link.history.someone;
  return key === null ? name : `${name}, ${text.link.history.key(keys.get(key) ?? key)}`;
}

/** The key that made a version. A version names its user only; the event of the same change names the key. */
export function keyOf(
  { at, by }: Pick<Version, "at" | "by">,
  events: readonly Pick<AuditEvent, "at" | "user" | "principal">[],
): string | null {
  const event = events.find((one) => Date.parse(one.at) === Date.parse(at) && one.user === by);
  return event?.principal.startsWith("key_") ? event.principal.slice("key_".length) : null;
}
