import type { User } from "../../state/people";

export type Role = User["role"];

/** From the lowest to the highest. Each role includes those before it. */
export const ROLES: readonly Role[] = ["viewer", "editor", "admin", "owner"];

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether `own` may create invitations, resets and keys for a user with `role`, or raise somebody to it. */
export function mayIssue(own: Role, role: Role): boolean {
  return isAtLeast(own, isAtLeast(role, "admin") ? "owner" : "admin");
}

/** Whether `own` may change a user who has `role`. */
export function mayChange(own: Role, role: Role): boolean {
  return isAtLeast(own, "admin") && isAtLeast(own, role);
}

/** The roles that `own` may give to a user who has `present`. A role that is kept or lowered needs less. */
export function grantable(own: Role, present: Role): Role[] {
  return ROLES.filter((role) => (isAtLeast(present, role) ? mayChange(own, present) : mayIssue(own, role)));
}
