import type { Schemas } from "../../api/client";
import type { User } from "../../state/people";
import { quotaOf, type TypedQuota, typedQuota } from "../../ui/quota";

export type UserPatch = Schemas["UserPatch"];

/** The fields of a user as they are typed. */
export interface TypedUser {
  name: string;
  role: User["role"];
  quota: TypedQuota;
}

export type Field = "name" | "role" | "quota";

export function typedUser(user: User): TypedUser {
  return { name: user.name ?? "", role: user.role, quota: typedQuota(user.quota) };
}

/** The fields in which what was typed differs from `base`. */
export function changedFields(base: User, typed: TypedUser): Field[] {
  const before = typedUser(base);
  const fields: Field[] = [];
  if (typed.name.trim() !== before.name) fields.push("name");
  if (typed.role !== before.role) fields.push("role");
  if (!isSameQuota(quotaOf(typed.quota), base.quota)) fields.push("quota");
  return fields;
}

/** The merge patch with only the changed fields, so that nothing is put back that somebody else changed. */
export function patchOf(base: User, typed: TypedUser): UserPatch {
  const patch: UserPatch = {};
  const fields = changedFields(base, typed);
  if (fields.includes("name")) patch.name = typed.name.trim() || null;
  if (fields.includes("role")) patch.role = typed.role;
  if (fields.includes("quota")) patch.quota = quotaOf(typed.quota);
  return patch;
}

/** Applies what was typed on `before` to the version that somebody else saved meanwhile. */
export function rebased(typed: TypedUser, before: User, after: User): TypedUser {
  const kept = changedFields(before, typed);
  const newest = typedUser(after);
  return {
    name: kept.includes("name") ? typed.name : newest.name,
    role: kept.includes("role") ? typed.role : newest.role,
    quota: kept.includes("quota") ? typed.quota : newest.quota,
  };
}

/** The fields that somebody else changed. */
export function changedElsewhere(before: User, after: User): (Field | "state")[] {
  const fields: (Field | "state")[] = changedFields(before, typedUser(after));
  if (before.state !== after.state) fields.push("state");
  return fields;
}

function isSameQuota(one: User["quota"], other: User["quota"]): boolean {
  return one?.links_per_day === other?.links_per_day && one?.links === other?.links;
}
