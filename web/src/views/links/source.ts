import { type Link, nextPage } from "../../api/client";
import type { ApiProblem } from "../../api/problem";
import { text } from "../../text";

/** The filters of the list, as the address has them. */
export interface LinkFilter {
  /** Empty: all domains. */
  domain: string;
  tag: string;
  owner: string;
  state: string;
  /** Days since the creation; empty: any time. */
  days: string;
  q: string;
}

interface Page {
  items: Link[];
  next: string | null;
  /** How many links the page looked at, where a search examines them one by one. */
  examined?: number;
}

const FIRST_PAGE = 100;
const DAY = 24 * 60 * 60 * 1000;

/** The links of one domain, page by page. */
class DomainSource {
  private buffer: Link[] = [];
  private address: string | null;

  constructor(domain: string, filter: LinkFilter, now: number) {
    this.address = `/api/v1/links?${query(domain, filter, now)}`;
  }

  get head(): Link | undefined {
    return this.buffer[0];
  }

  get isAtEnd(): boolean {
    return this.buffer.length === 0 && this.address === null;
  }

  get needsPage(): boolean {
    return this.buffer.length === 0 && this.address !== null;
  }

  shift(): Link | undefined {
    return this.buffer.shift();
  }

  /** Loads a page, which may be empty without being the last. Returns how many links it looked at. */
  async load(): Promise<number> {
    if (this.address === null) return 0;
    const page = (await nextPage<Link>(this.address)) as Page;
    this.buffer.push(...page.items);
    this.address = page.next;
    return page.examined ?? page.items.length;
  }
}

/** The links of some domains, newest first, merged from the list of each. */
export class LinkSource {
  private readonly domains: DomainSource[];
  /** How many links were looked at. */
  examined = 0;

  constructor(domains: readonly string[], filter: LinkFilter, now: number) {
    this.domains = domains.map((domain) => new DomainSource(domain, filter, now));
  }

  get isAtEnd(): boolean {
    return this.domains.every((domain) => domain.isAtEnd);
  }

  /** The next links, at least one unless the list ends. `isWanted` says whether somebody still waits for them. */
  async next(most: number, isWanted: () => boolean): Promise<Link[]> {
    const links: Link[] = [];
    while (links.length < most && isWanted()) {
      const empty = this.domains.filter((domain) => domain.needsPage);
      if (empty.length > 0) {
        if (links.length > 0) break;
        const examined = await Promise.all(empty.map((domain) => domain.load()));
        for (const some of examined) this.examined += some;
        continue;
      }
      const newest = this.domains
        .filter((domain) => domain.head)
        .sort(byCreation)[0]
        ?.shift();
      if (newest === undefined) break;
      links.push(newest);
    }
    return links;
  }
}

function byCreation(one: DomainSource, other: DomainSource): number {
  return (other.head?.created_at ?? "").localeCompare(one.head?.created_at ?? "");
}

function query(domain: string, filter: LinkFilter, now: number): URLSearchParams {
  const parameters = new URLSearchParams({ domain, limit: String(FIRST_PAGE) });
  const { tag, owner, state, days, q } = filter;
  for (const [name, value] of Object.entries({ tag, owner, state, q })) if (value) parameters.set(name, value);
  const since = Number(days);
  if (since > 0) parameters.set("created_from", new Date(now - since * DAY).toISOString());
  return parameters;
}

/** Why the text of a search is refused; `null` if it is not. */
export function refusedSearch(problem: ApiProblem | null): string | null {
  const error = problem?.at("/q");
  return error ? text.links.refusedSearch(error.detail) : null;
}
