import type { Link } from "../../api/client";
import { may, me } from "../../state/me";

/** Whether the user may change a link: their own, or any as an admin. A blocked link is for admins. */
export function mayChange({ owner, blocked }: Pick<Link, "owner" | "blocked">): boolean {
  if (!may("links:write")) return false;
  if (may("links:admin")) return true;
  return blocked === null && owner !== null && owner === me.value?.user;
}

export const mayBlock = (): boolean => may("links:admin");
