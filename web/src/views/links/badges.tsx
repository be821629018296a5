import type { Link } from "../../api/client";
import { now } from "../../api/clock";
import { text } from "../../text";
import { when } from "../../ui/format";

/** An end is worth a badge if it is this near. */
const SOON = 30 * 24 * 60 * 60 * 1000;

/** The state of a link, if it is not the normal one. */
export function Badges({ link }: { link: Link }) {
  const { badges, states } = text.links;
  const isEndingSoon = link.state === "live" && link.ends_at !== null && Date.parse(link.ends_at) - now() < SOON;
  return (
    <>
      {link.state !== "live" && link.state !== "scheduled" && (
        <span class={link.state === "blocked" ? "badge bad" : "badge"}>{states[link.state]}</span>
      )}
      {link.state === "scheduled" && link.starts_at && (
        <span class="badge warn">{badges.starts(when(link.starts_at))}</span>
      )}
      {isEndingSoon && link.ends_at && <span class="badge warn">{badges.ends(when(link.ends_at))}</span>}
      {link.has_password && <span class="badge info">{badges.password}</span>}
      {link.rules.length > 0 && <span class="badge info">{badges.rules(link.rules.length)}</span>}
    </>
  );
}
