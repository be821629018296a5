import type { Schemas } from "../api/client";
import { text } from "../text";

export type Quota = Schemas["Quota"];

/** A quota as it is typed. */
export interface TypedQuota {
  perDay: string;
  links: string;
}

export const NO_QUOTA: TypedQuota = { perDay: "", links: "" };

export function typedQuota(quota: Quota | null): TypedQuota {
  return { perDay: String(quota?.links_per_day ?? ""), links: String(quota?.links ?? "") };
}

/** The quota of the API: `null` without any limit. What is no number stays one that the API refuses. */
export function quotaOf({ perDay, links }: TypedQuota): Quota | null {
  const limits = { links_per_day: limitOf(perDay), links: limitOf(links) };
  return limits.links_per_day === null && limits.links === null ? null : limits;
}

function limitOf(typed: string): number | null {
  const trimmed = typed.trim();
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : 0;
}

export function quotaWords(quota: Quota | null): string {
  return text.quota.words(quota?.links_per_day ?? null, quota?.links ?? null);
}
