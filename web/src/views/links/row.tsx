import type { Link } from "../../api/client";
import { href } from "../../state/router";
import { text } from "../../text";
import { CopyButton } from "../../ui/copy";
import { number } from "../../ui/format";
import { Menu, type MenuItem } from "../../ui/menu";
import { Time } from "../../ui/time";
import { Badges } from "./badges";
import { Sparkline } from "./sparkline";

interface RowProps {
  link: Link;
  index: number;
  isSelected: boolean;
  /** Missing if the user may not change the link. */
  onSelect: ((isSelected: boolean) => void) | null;
  items: readonly MenuItem[];
}

/** One link of the list. Its height is fixed, so that the list knows the place of each row. */
export function Row({ link, index, isSelected, onSelect, items }: RowProps) {
  const { clicks } = link;
  const limit = link.max_clicks;
  return (
    <li class="link-row" aria-setsize={-1} aria-posinset={index + 1}>
      {onSelect === null ? (
        <span class="link-unselectable" />
      ) : (
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={text.links.select(link.alias)}
          onChange={(event) => onSelect(event.currentTarget.checked)}
        />
      )}
      <div class="link-what">
        <div class="link-short">
          <a href={linkAddress(link)} data-row={index} title={link.title ?? undefined}>
            <span class="link-host">{hostOf(link.short_url)}/</span>
            <b>
              <bdi>{link.alias}</bdi>
            </b>
          </a>
          <CopyButton value={link.short_url} label={text.links.copy(link.short_url)} />
          <span class="link-badges">
            <Badges link={link} />
          </span>
        </div>
        <p class="link-target clip">
          {link.title && (
            <>
              <bdi class="soft">{link.title}</bdi>
              {" · "}
            </>
          )}
          <bdi dir="ltr">{link.target}</bdi>
        </p>
      </div>
      <span class="link-tags">
        {link.tags.slice(0, 2).map((tag) => (
          <a key={tag} class="badge" href={href(["links"], { tag })}>
            {tag}
          </a>
        ))}
        {link.tags.length > 2 && <span class="badge">+{link.tags.length - 2}</span>}
      </span>
      <span class="link-spark">{clicks?.last_7_days && <Sparkline days={clicks.last_7_days} />}</span>
      <span class="link-people number" title={clicks ? text.links.machines(clicks.bots) : undefined}>
        {clicks && (
          <>
            <b>{limit === null ? number(clicks.humans) : `${number(clicks.humans)} / ${number(limit)}`}</b>
            <span>{clicks.humans === 1 ? text.links.person : text.links.people}</span>
          </>
        )}
      </span>
      <span class="link-when quiet">
        <Time at={link.created_at} />
      </span>
      {items.length > 0 ? <Menu label={text.links.actions(link.alias)} items={items} /> : <span />}
    </li>
  );
}

/** The address of a view of a link. */
export function linkAddress({ domain, alias }: Pick<Link, "domain" | "alias">, view: "link" | "edit" = "link"): string {
  return href([view, domain, alias]);
}

/** The host as visitors see it, with its port. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
