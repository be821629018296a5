import type { Scope } from "../../state/me";
import { isAtLeast, type Role } from "../../state/roles";
import { text } from "../../text";

export type Group = keyof typeof text.scopes.groups;

/** The scopes in the order and the groups in which they are shown. */
export const SCOPE_GROUPS: readonly { group: Group; scopes: readonly Scope[] }[] = [
  { group: "links", scopes: ["links:read", "links:write", "links:admin"] },
  { group: "statistics", scopes: ["stats:read", "stats:write"] },
  { group: "deployment", scopes: ["domains:admin", "blocklist:admin", "reports:admin"] },
  { group: "team", scopes: ["users:admin", "keys:admin", "audit:read"] },
  { group: "operation", scopes: ["metrics:read", "system:write"] },
];

export const SCOPES: readonly Scope[] = SCOPE_GROUPS.flatMap(({ scopes }) => scopes);

/** Scopes that are about the whole deployment. A key for some domains has no use of them. */
const NEED_ALL_DOMAINS: readonly Scope[] = [
  "stats:write",
  "blocklist:admin",
  "reports:admin",
  "users:admin",
  "keys:admin",
  "metrics:read",
  "system:write",
];

/** What a scope allows, in words. One that a later version added is shown as it is. */
export function scopeWords(scope: string): string {
  return Object.hasOwn(text.scopes.words, scope) ? text.scopes.words[scope as Scope] : scope;
}

export function inOrder(scopes: readonly Scope[]): Scope[] {
  const known = SCOPES.filter((scope) => scopes.includes(scope));
  return [...known, ...scopes.filter((scope) => !SCOPES.includes(scope))];
}

export function withoutAllDomains(scopes: readonly Scope[]): Scope[] {
  return inOrder(scopes).filter((scope) => NEED_ALL_DOMAINS.includes(scope));
}

/** The lowest role that has what a scope allows; an admin for the others. */
const LEAST: Partial<Record<Scope, Role>> = {
  "links:read": "viewer",
  "stats:read": "viewer",
  "metrics:read": "viewer",
  "links:write": "editor",
};

/** The scopes that have no effect for an owner with this role. */
export function beyondRole(scopes: readonly Scope[], role: Role): Scope[] {
  return inOrder(scopes).filter((scope) => !isAtLeast(role, LEAST[scope] ?? "admin"));
}

export type Preset = keyof typeof text.scopes.presets;

/** The scopes of a preset, as far as the caller has them. */
export function presetScopes(preset: Preset, own: readonly Scope[]): Scope[] {
  const wanted: Record<Preset, readonly Scope[]> = {
    read: ["links:read", "stats:read"],
    create: ["links:read", "links:write"],
    all: SCOPES,
  };
  return wanted[preset].filter((scope) => own.includes(scope));
}

export function isEverything(scopes: readonly Scope[]): boolean {
  return SCOPES.every((scope) => scopes.includes(scope));
}
