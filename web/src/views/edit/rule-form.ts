import type { Schemas } from "../../api/client";
import { ownZone } from "../../ui/local-time";
import { withScheme } from "../links/target";

type Rule = Schemas["Rule"];
type Condition = Schemas["Condition"];
export type NewRule = { id?: string; when: Condition[]; target: string };
export type ConditionType = Condition["type"];

/** A condition while it is edited. */
export type ConditionForm = { key: string } & (
  | { type: "country" | "device" | "os" | "browser" | "language" | "address"; any: string[] }
  | { type: "weekday"; any: string[]; tz: string }
  | { type: "time"; from: string; to: string; tz: string }
  | { type: "query"; name: string; test: "present" | "absent" | "equals"; equals: string }
  | { type: "split"; percent: string }
);

/** A rule while it is edited. `key` names it in the page, also before it has an id. */
export interface RuleForm {
  key: string;
  id: string | null;
  when: ConditionForm[];
  target: string;
}

export const CONDITION_TYPES = [
  "country",
  "language",
  "device",
  "os",
  "browser",
  "query",
  "time",
  "weekday",
  "address",
  "split",
] as const satisfies readonly ConditionType[];

export const MAX_RULES = 20;
export const MAX_CONDITIONS = 10;

export function ruleFormOf({ id, when, target }: Rule): RuleForm {
  const conditions = when.map((condition, index) => conditionFormOf(condition, `${id}.${index}`));
  return { key: id, id, when: conditions, target };
}

function conditionFormOf(condition: Condition, key: string): ConditionForm {
  switch (condition.type) {
    case "query": {
      const { type, name } = condition;
      if ("equals" in condition) return { key, type, name, test: "equals", equals: condition.equals };
      return { key, type, name, test: condition.present ? "present" : "absent", equals: "" };
    }
    case "split":
      return { key, type: "split", percent: String(condition.percent) };
    default:
      return { key, ...condition };
  }
}

/** A rule as the API reads it. The API says what is wrong with it. */
export function ruleOf({ id, when, target }: RuleForm): NewRule {
  return { ...(id === null ? {} : { id }), when: when.map(conditionOf), target: withScheme(target) };
}

export function conditionOf(form: ConditionForm): Condition {
  switch (form.type) {
    case "query":
      return form.test === "equals"
        ? { type: "query", name: form.name, equals: form.equals }
        : { type: "query", name: form.name, present: form.test === "present" };
    case "split":
      return { type: "split", percent: Number(form.percent) };
    default: {
      const { key: _, ...condition } = form;
      // The API checks the values of lists.
      return condition as Condition;
    }
  }
}

export function emptyRule(): RuleForm {
  return { key: newKey(), id: null, when: [emptyCondition("country")], target: "" };
}

export function emptyCondition(type: ConditionType): ConditionForm {
  const key = newKey();
  switch (type) {
    case "query":
      return { key, type, name: "", test: "present", equals: "" };
    case "time":
      return { key, type, from: "08:00", to: "18:00", tz: ownZone() };
    case "weekday":
      return { key, type, any: [], tz: ownZone() };
    case "split":
      return { key, type, percent: "50" };
    default:
      return { key, type, any: [] };
  }
}

/** The list with the item at `from` moved by `step`, if there is such a place. */
export function moved<T>(list: readonly T[], from: number, step: number): T[] {
  const to = from + step;
  const changed = [...list];
  const [item] = changed.splice(from, 1);
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  changed.splice(to, 0, item);
  return changed;
}

const newKey = (): string => crypto.randomUUID();
