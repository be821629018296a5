import type { Schemas } from "../../api/client";
import { text } from "../../text";
import { country, language, share } from "../../ui/format";

export type Condition = Schemas["Condition"];
export type Visitor = Schemas["Explanation"]["visitor"];

/** A piece of a sentence. Names and values of conditions stand out; values may hold text of any script. */
export interface Part {
  kind: "plain" | "name" | "value";
  text: string;
}

/** Lists in a sentence name so many values, then the number of the others. */
const MOST_VALUES = 6;
/** A target in a sentence is cut after so many characters. */
const LONGEST_TARGET = 90;

const plain = (words: string): Part => ({ kind: "plain", text: words });
const name = (words: string): Part => ({ kind: "name", text: words });
const value = (words: string): Part => ({ kind: "value", text: words });

/** The conditions of a rule up to its target: "If country is Germany and language is German, go to ". */
export function ruleParts(when: readonly Condition[]): Part[] {
  const words = text.rules;
  const shares = when.filter((condition) => condition.type === "split");
  const others = when.filter((condition) => condition.type !== "split");
  const parts: Part[] = [];
  if (others.length > 0) parts.push(plain(words.if), ...joined(others.map(conditionParts), words.and));
  if (shares.length > 0) {
    if (others.length > 0) parts.push(plain(words.comma));
    parts.push(plain(others.length > 0 ? words.for : words.forFirst));
    const percents = shares.map((one) => [value(share(one.percent / 100))]);
    parts.push(...joined(percents, words.of));
    parts.push(plain(others.length > 0 ? words.ofThese : words.ofAll));
  }
  if (when.length === 0) parts.push(plain(words.always));
  return [...parts, plain(words.goTo)];
}

/** A condition as a clause: "country is Germany or Austria". */
export function conditionParts(condition: Condition): Part[] {
  return clause(condition, true);
}

/** Why a condition does not hold for a visitor: "country is Japan, not Germany or Austria". */
export function failedParts(condition: Condition, visitor: Visitor): Part[] {
  const found = foundIn(condition, visitor);
  if (found === null) return clause(condition, false);
  const words = text.rules;
  const expected = joined(valuesOf(condition), words.or);
  return [name(words.names[condition.type]), plain(words.is), value(found), plain(words.butNot), ...expected];
}

/** The sentence as plain text, for names that are read aloud. */
export function spoken(parts: readonly Part[]): string {
  return parts.map((part) => part.text).join("");
}

/** A target without `https://`, cut to the length of a sentence. */
export function shortTarget(target: string): string {
  const address = target.replace(/^https?:\/\//i, "").replace(/^([^/?#]+)\/$/, "$1");
  const letters = [...address];
  return letters.length > LONGEST_TARGET ? `${letters.slice(0, LONGEST_TARGET).join("")}…` : address;
}

function clause(condition: Condition, holds: boolean): Part[] {
  const words = text.rules;
  const is = holds ? words.is : words.isNot;
  switch (condition.type) {
    case "query":
      if ("equals" in condition) {
        return [
          plain(words.parameter),
          name(condition.name),
          plain(holds ? words.is : words.isNot),
          value(words.quoted(condition.equals)),
        ];
      }
      return [plain(condition.present === holds ? words.hasParameter : words.hasNoParameter), name(condition.name)];
    case "time": {
      const { from, to, tz } = condition;
      return [name(words.names.time), plain(is), value(words.fromTo(from, to)), plain(words.inZone(tz))];
    }
    case "weekday":
      return [
        name(words.names.weekday),
        plain(is),
        ...joined(valuesOf(condition), words.or),
        plain(words.inZone(condition.tz)),
      ];
    case "address":
      return [
        name(words.names.address),
        plain(holds ? words.isIn : words.isNotIn),
        ...joined(valuesOf(condition), words.or),
      ];
    case "split":
      return [
        plain(holds ? words.isAmong : words.isNotAmong),
        value(share(condition.percent / 100)),
        plain(words.ofAll),
      ];
    default:
      return [name(words.names[condition.type]), plain(is), ...joined(valuesOf(condition), words.or)];
  }
}

function valuesOf(condition: Condition): Part[][] {
  const all = labelsOf(condition);
  const shown = all.length > MOST_VALUES + 1 ? all.slice(0, MOST_VALUES) : all;
  const parts = shown.map((label) => [value(label)]);
  if (shown.length < all.length) parts.push([plain(text.rules.others(all.length - shown.length))]);
  return parts.length > 0 ? parts : [[value(text.rules.nothing)]];
}

/** The values of a list as people name them. */
export function labelsOf(condition: Condition): string[] {
  const words = text.rules;
  switch (condition.type) {
    case "country":
      return condition.any.map(country);
    case "language":
      return condition.any.map(language);
    case "device":
      return condition.any.map((one) => words.devices[one]);
    case "os":
      return condition.any.map((one) => words.systems[one]);
    case "browser":
      return condition.any.map((one) => words.browsers[one]);
    case "weekday":
      return condition.any.map((one) => words.days[one]);
    case "address":
      return [...condition.any];
    default:
      return [];
  }
}

/** What hop knows about the visitor, for conditions on that. `null` for the others. */
function foundIn(condition: Condition, visitor: Visitor): string | null {
  const words = text.rules;
  switch (condition.type) {
    case "country":
      return visitor.country === null ? words.unknown : country(visitor.country);
    case "device":
      return visitor.device === null ? words.unknown : words.devices[visitor.device];
    case "os":
      return visitor.os === null ? words.unknown : words.systems[visitor.os];
    case "browser":
      return visitor.browser === null ? words.unknown : words.browsers[visitor.browser];
    default:
      return null;
  }
}

/** Joins clauses or values with commas, and the last with `word`. */
function joined(items: readonly Part[][], word: string): Part[] {
  return items.flatMap((item, index) => {
    if (index === 0) return item;
    return [plain(index === items.length - 1 ? word : text.rules.comma), ...item];
  });
}
