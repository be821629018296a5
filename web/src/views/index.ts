import type { ComponentType } from "preact";
import { lazyView } from "../ui/lazy";
import { LinksView } from "./links/links";
import { NotFound } from "./not-found";

/** The views by the first segment of the address. Each but the list is a file of its own. */
const VIEWS: Record<string, ComponentType> = {
  overview: lazyView(() => import("./overview/overview")),
  links: LinksView,
  // `link/{domain}/{alias}`: statistics, QR code and history.
  link: lazyView(() => import("./link/link")),
  // `edit/{domain}/{alias}` changes a link, `new` creates one.
  edit: lazyView(() => import("./edit/edit")),
  new: lazyView(() => import("./edit/edit")),
  domains: lazyView(() => import("./domains/domains")),
  tags: lazyView(() => import("./tags/tags")),
  team: lazyView(() => import("./team/team")),
  keys: lazyView(() => import("./keys/keys")),
  audit: lazyView(() => import("./audit/audit")),
  reports: lazyView(() => import("./reports/reports")),
  blocklist: lazyView(() => import("./blocklist/blocklist")),
  transfer: lazyView(() => import("./transfer/transfer")),
  account: lazyView(() => import("./account/account")),
  about: lazyView(() => import("./about/about")),
};

/** The view of an address. Two addresses with the same key show the same instance of it. */
export function viewOf(path: readonly string[]): { View: ComponentType; key: string } {
  const [first = "links", ...rest] = path;
  const View = Object.hasOwn(VIEWS, first) ? VIEWS[first] : undefined;
  // What follows the alias is a part of the view of a link.
  return { View: View ?? NotFound, key: [first, ...rest.slice(0, 2)].join("/") };
}
