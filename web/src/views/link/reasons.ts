import { text } from "../../text";

/** Why a visitor counts as a machine or a preview: a named rule of hop, or a word in its user agent. */
export function reasonInWords(reason: string): string {
  const known: Record<string, string> = text.link.reasons;
  return Object.hasOwn(known, reason) ? (known[reason] ?? reason) : text.link.agentNames(reason);
}
