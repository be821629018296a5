import type { Link } from "../../api/client";

/** Where a visitor without a matching rule gets now: to a URL, or to a page of hop. */
export type Destination =
  | { kind: "target"; url: string }
  | { kind: "fallback"; url: string }
  /** 410: deleted, ended, disabled or used up. */
  | { kind: "gone" }
  /** 404: not started yet. */
  | { kind: "waiting" }
  | { kind: "blocked" };

export function destinationOf({ state, target, fallback }: Pick<Link, "state" | "target" | "fallback">): Destination {
  switch (state) {
    case "live":
      return { kind: "target", url: target };
    case "scheduled":
      return { kind: "waiting" };
    case "blocked":
      return { kind: "blocked" };
    case "deleted":
      return { kind: "gone" };
    case "ended":
    case "used_up":
    case "disabled":
      return fallback === null ? { kind: "gone" } : { kind: "fallback", url: fallback };
  }
}

/** The alias that a problem names for a link that has moved. */
export function movedTo(detail: string): string | null {
  return /moved to "(.+)"/.exec(detail)?.[1] ?? null;
}

/** Whether a URL may be opened from here. The deployment may allow targets that start programs. */
export const isWebAddress = (url: string): boolean => /^https?:\S+$/i.test(url);
