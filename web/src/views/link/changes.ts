import type { LinkPatch, Schemas } from "../../api/client";
import { emptyForm, formOf, type LinkForm, type Settings } from "../edit/form";
import { changedFields, type MergedField } from "../edit/merge";
import { type NewRule, ruleOf } from "../edit/rule-form";

export type Version = Schemas["Version"];

/** What a version changed. */
export type Change =
  | { kind: "created"; target: string }
  | { kind: "moved"; from: string; to: string }
  | { kind: "field"; field: MergedField; before: LinkForm; after: LinkForm }
  | { kind: "disabled" | "enabled" | "deleted" | "restored" | "unblocked" }
  | { kind: "passwordSet" | "passwordRemoved" }
  | { kind: "blocked" | "reason"; reason: string }
  /** Something that versions do not have: the owner, or which password it is. */
  | { kind: "others" | "othersWithPassword" }
  /** What came before this version is not kept. */
  | { kind: "oldest"; target: string };

/** The times of forms that are compared are in UTC, in which no hour is there twice. */
export const COMPARISON_ZONE = "UTC";

export interface Entry {
  version: Version;
  changes: readonly Change[];
}

/** The versions of a history, newest first, with what each changed. */
export function entriesOf(versions: readonly Version[]): Entry[] {
  return versions.map((version, index) => ({ version, changes: changesOf(version, versions[index + 1] ?? null) }));
}

/** What differs between a version and the one before it. */
export function changesOf(version: Version, before: Version | null): Change[] {
  if (before === null) return firstChanges(version);
  const changes: Change[] = [];
  const place = ({ domain, alias }: Version) => `${domain}/${alias}`;
  if (place(version) !== place(before)) changes.push({ kind: "moved", from: place(before), to: place(version) });
  changes.push(...settingChanges(formOf(before, COMPARISON_ZONE), formOf(version, COMPARISON_ZONE)));
  if (version.has_password !== before.has_password)
    changes.push({ kind: version.has_password ? "passwordSet" : "passwordRemoved" });
  if (version.deleted !== before.deleted) changes.push({ kind: version.deleted ? "deleted" : "restored" });
  const { blocked } = version;
  if (blocked === null && before.blocked !== null) changes.push({ kind: "unblocked" });
  else if (blocked !== null && before.blocked === null) changes.push({ kind: "blocked", reason: blocked.reason });
  else if (blocked !== null && blocked.reason !== before.blocked?.reason)
    changes.push({ kind: "reason", reason: blocked.reason });
  if (changes.length > 0) return changes;
  return [{ kind: version.has_password ? "othersWithPassword" : "others" }];
}

/** What a new link has beside its target. The oldest version that is kept of a link says only where it led. */
function firstChanges(version: Version): Change[] {
  const { target, domain } = version;
  if (version.version !== 1) return [{ kind: "oldest", target }];
  const plain = { ...emptyForm(domain), target };
  const changes = settingChanges(plain, formOf(version, COMPARISON_ZONE));
  if (version.has_password) changes.push({ kind: "passwordSet" });
  return [{ kind: "created", target }, ...changes];
}

/** The settings in which two forms differ. The alias is not a setting. */
function settingChanges(before: LinkForm, after: LinkForm): Change[] {
  return changedFields(before, after).flatMap((field) => settingChange(field, before, after));
}

function settingChange(field: MergedField, before: LinkForm, after: LinkForm): Change[] {
  if (field === "alias" || field === "domain" || field === "owner") return [];
  if (field === "disabled") return [{ kind: after.disabled ? "disabled" : "enabled" }];
  return [{ kind: "field", field, before, after }];
}

/**
 * The settings that go back to an older version. A block is a decision of an admin, the alias is what visitors know, and
 * passwords are not kept.
 */
type Setting = Exclude<keyof Version & keyof LinkPatch, "alias" | "domain" | "blocked">;

/** The fields of the form for each setting. */
const SETTINGS: Record<Setting, readonly MergedField[]> = {
  target: ["target"],
  title: ["title"],
  tags: ["tags"],
  note: ["note"],
  external_id: ["externalId"],
  starts_at: ["startsAt"],
  ends_at: ["endsAt"],
  max_clicks: ["maxClicks"],
  confirm: ["confirm"],
  fallback: ["fallback"],
  disabled: ["disabled"],
  redirect_status: ["redirectStatus"],
  forward_query: ["forwardQuery"],
  forward_path: ["forwardPath"],
  rules: ["rules"],
  card: ["cardTitle", "cardDescription", "cardImage"],
  strict: ["strict"],
  crawlable: ["crawlable"],
};

/** The settings that differ between a version and a link. */
function differing(version: Version, link: Settings): Setting[] {
  const names = Object.keys(SETTINGS) as Setting[];
  return names.filter((name) => JSON.stringify(version[name]) !== JSON.stringify(link[name]));
}

/** The patch that gives a link the settings of an older version; `null` if they are the same. */
export function patchTo(version: Version, link: Settings): LinkPatch | null {
  const names = differing(version, link);
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, version[name]]));
}

/** What the patch of `patchTo` changes, for the question whether to go back to a version. */
export function changesBack(version: Version, link: Settings): Change[] {
  const [before, after] = [formOf(link, COMPARISON_ZONE), formOf(version, COMPARISON_ZONE)];
  const changed = changedFields(before, after);
  const fields = differing(version, link).flatMap((name) => {
    const all = SETTINGS[name];
    return all.length === 1 ? all : all.filter((field) => changed.includes(field));
  });
  return fields.flatMap((field) => settingChange(field, before, after));
}

export interface RuleChanges {
  added: NewRule[];
  removed: NewRule[];
}

/** The rules that only one of two forms has. A rule that was changed is added and removed; one that was moved, neither. */
export function changedRules(before: LinkForm, after: LinkForm): RuleChanges {
  const [old, now] = [before.rules.map(ruleOf), after.rules.map(ruleOf)];
  return { added: without(now, old), removed: without(old, now) };
}

/** The items that are not in another list. */
export function without<T>(items: readonly T[], others: readonly T[]): T[] {
  const known = new Set(others.map((one) => JSON.stringify(one)));
  return items.filter((one) => !known.has(JSON.stringify(one)));
}
