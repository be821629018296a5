import { computed, signal } from "@preact/signals";
import { allItems, api, call, publicApi, type Schemas } from "../api/client";
import type { Scope } from "./roles";

export type Me = Schemas["Me"];
export type Capabilities = Schemas["Capabilities"];
export type Domain = Schemas["Domain"];
export type { Scope };

/** What the signed-in user may do, and what this deployment promises. Loaded once after the sign-in. */
export const me = signal<Me | null>(null);
export const capabilities = signal<Capabilities | null>(null);
export const domains = signal<readonly Domain[]>([]);

export const defaultDomain = computed(() => domains.value[0]?.domain ?? location.hostname);

export async function loadDeployment(): Promise<void> {
  const loaded = await Promise.all([
    call(api.GET("/api/v1/me")),
    call(publicApi.GET("/capabilities")),
    allItems(call(api.GET("/api/v1/domains"))),
  ]);
  me.value = loaded[0];
  capabilities.value = loaded[1];
  domains.value = loaded[2];
}

/** What the user may do: the scopes that the role allows. */
export const ownScopes = computed<readonly Scope[]>(() => me.value?.scopes ?? []);

/** Whether the user may do this. The API decides again. */
export function may(scope: Scope): boolean {
  return ownScopes.value.includes(scope);
}
