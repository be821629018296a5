import { isAtLeast, ROLES, type Role } from "../../state/roles";

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
