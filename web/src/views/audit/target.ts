import { href } from "../../state/router";
import type { AuditEvent } from "./words";

/** The view of what was changed; `null` if there is nothing left to show. */
export function targetOf({ action, subject, domain, alias }: AuditEvent): string | null {
  const [kind] = action.split(".");
  switch (kind) {
    case "link":
      return domain !== null && alias !== null && action !== "link.erase" ? href(["link", domain, alias]) : null;
    case "domain":
      return href(["domains"]);
    case "blocklist":
      return href(["blocklist"]);
    case "report":
      return href(["reports"]);
    case "user":
    case "session":
      return action === "user.delete" ? null : href(["team"], { user: subject });
    case "key":
      return href(["keys"], { key: subject });
    default:
      return null;
  }
}

/** What was changed, as people call it. `before` is left of the name, whose direction of writing may be another. */
export function subjectName({ action, subject, domain, alias }: AuditEvent): { before: string; name: string } | null {
  if (domain !== null && alias !== null) return { before: `${domain}/`, name: alias };
  // The name of a user is known elsewhere.
  return /^(user|session)\./.test(action) ? null : { before: "", name: subject };
}
