import type { Schemas } from "../api/client";

export type Role = Schemas["User"]["role"];
export type Scope = Schemas["Me"]["scopes"][number];

/** From the lowest to the highest. Each role includes those before it. */
export const ROLES: readonly Role[] = ["viewer", "editor", "admin", "owner"];

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
