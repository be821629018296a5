import type { Choice } from "../../ui/chips";
import { language } from "../../ui/format";
import { countryChoices } from "../rules/countries";

/** Conditions with a list of values that are typed or chosen. */
export type ListType = "country" | "language" | "address";

/** Languages that are offered. Any other tag can be typed. */
const LANGUAGES =
  "ar bg bn ca cs da de de-AT de-CH el en en-GB en-US es et fa fi fr fr-CA he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv ta te th tr uk ur vi zh zh-CN zh-TW";

export function choicesFor(type: ListType): Choice[] {
  if (type === "country") return countryChoices();
  if (type === "address") return [];
  return LANGUAGES.split(" ").map((value) => ({ value, label: language(value) }));
}

/** A typed code as it is, or the only choice whose name begins like that. `null`: neither. */
export function typedValue(typed: string, type: ListType, choices: readonly Choice[]): string | null {
  if (type === "country" && /^[a-z]{2}$/i.test(typed)) return typed.toUpperCase();
  if (type === "address" || (type === "language" && /^[a-z]{2,3}(-|$)/i.test(typed))) return typed;
  const beginning = typed.toLowerCase();
  const [first, second] = choices.filter(({ label }) => label.toLowerCase().startsWith(beginning));
  return second === undefined ? (first?.value ?? null) : null;
}
