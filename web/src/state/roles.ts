import type { Schemas } from "../api/client";

export type Role = Schemas["User"]["role"];
export type Scope = Schemas["Me"]["scopes"][number];

/** From the lowest to the highest. Each role includes those before it. */
export const ROLES: readonly Role[] = ["viewer", "editor", "admin", "owner"];

export function isAtLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

const LEAST: Partial<Record<Scope, Role>> = {
  "links:read": "viewer",
  "stats:read": "viewer",
  "metrics:read": "viewer",
  "links:write": "editor",
};

/** The lowest role that has what a scope allows. */
export function leastRole(scope: Scope): Role {
  return LEAST[scope] ?? "admin";
}
