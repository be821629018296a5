import type { Link, LinkPatch, Schemas } from "../../api/client";

export type Version = Schemas["Version"];

/** What a version changed. A version does not name all settings, so a change may be of others. */
export type Change =
  | { kind: "created"; target: string }
  | { kind: "moved"; from: string; to: string }
  | { kind: "target"; from: string; to: string }
  | { kind: "disabled" | "enabled" | "deleted" | "restored" | "unblocked" }
  | { kind: "blocked" | "reason"; reason: string }
  | { kind: "others" }
  /** What came before this version is not kept. */
  | { kind: "oldest"; target: string };

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
  const { target } = version;
  if (before === null) return [{ kind: version.version === 1 ? "created" : "oldest", target }];
  const changes: Change[] = [];
  const place = ({ domain, alias }: Version) => `${domain}/${alias}`;
  if (place(version) !== place(before)) changes.push({ kind: "moved", from: place(before), to: place(version) });
  if (target !== before.target) changes.push({ kind: "target", from: before.target, to: target });
  if (version.disabled !== before.disabled) changes.push({ kind: version.disabled ? "disabled" : "enabled" });
  if (version.deleted !== before.deleted) changes.push({ kind: version.deleted ? "deleted" : "restored" });
  const { blocked } = version;
  if (blocked === null && before.blocked !== null) changes.push({ kind: "unblocked" });
  else if (blocked !== null && before.blocked === null) changes.push({ kind: "blocked", reason: blocked.reason });
  else if (blocked !== null && blocked.reason !== before.blocked?.reason)
    changes.push({ kind: "reason", reason: blocked.reason });
  return changes.length > 0 ? changes : [{ kind: "others" }];
}

/**
 * The patch that gives a link the settings of an older version; `null` if they are the same. A block is a decision of
 * an admin and the alias is what visitors know, so neither goes back.
 */
export function patchTo(version: Version, link: Pick<Link, "target" | "disabled">): LinkPatch | null {
  const patch: LinkPatch = {};
  if (version.target !== link.target) patch.target = version.target;
  if (version.disabled !== link.disabled) patch.disabled = version.disabled;
  return Object.keys(patch).length > 0 ? patch : null;
}

/** What a patch changes, for the question whether to make it. */
export function changesBy(patch: LinkPatch, link: Pick<Link, "target">): Change[] {
  const changes: Change[] = [];
  if (patch.target !== undefined) changes.push({ kind: "target", from: link.target, to: patch.target });
  if (patch.disabled !== undefined) changes.push({ kind: patch.disabled ? "disabled" : "enabled" });
  return changes;
}
