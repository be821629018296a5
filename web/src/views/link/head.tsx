import type { Link } from "../../api/client";
import { namesOf } from "../../state/people";
import { type Resource, useResource } from "../../state/resource";
import { href } from "../../state/router";
import { text } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Icon } from "../../ui/icon";
import { Menu, type MenuItem } from "../../ui/menu";
import { Time } from "../../ui/time";
import { Badges } from "../links/badges";
import { hostOf, linkAddress } from "../links/row";
import { destinationOf, isWebAddress } from "./destination";
import type { LinkActions } from "./page";
import { mayBlock, mayChange } from "./rights";

interface HeadProps {
  link: Link;
  actions: LinkActions;
  onPanel: (name: string) => void;
}

/** The short link, where it leads, and what can be done with it. */
export function LinkHead({ link, actions, onPanel }: HeadProps) {
  const isDeleted = link.state === "deleted";
  const items = menuOf(link, actions);
  return (
    <header class="link-head">
      <div class="link-hero">
        <div class="link-name">
          <ShortName host={hostOf(link.short_url)} alias={link.alias} />
          <CopyButton value={link.short_url} label={text.link.copy(link.short_url)} />
          <Badges link={link} />
          {link.max_clicks !== null && link.clicks && (
            <span class="badge link-badge">{text.link.clicksLeft(link.clicks.humans, link.max_clicks)}</span>
          )}
          {link.confirm && <span class="badge link-badge">{text.link.asksFirst}</span>}
        </div>
        <LeadsTo link={link} />
        <Facts link={link} />
      </div>
      <div class="link-buttons">
        {!isDeleted && (
          <Button icon="qr" shortcut="q" onClick={() => onPanel("qr")}>
            {text.link.qr}
          </Button>
        )}
        <Button onClick={() => onPanel("explain")}>{text.link.try}</Button>
        {!isDeleted && mayChange(link) && (
          <LinkButton kind="primary" shortcut="e" href={linkAddress(link, "edit")}>
            {text.common.edit}
          </LinkButton>
        )}
        {items.length > 0 && <Menu label={text.link.actions} items={items} />}
      </div>
    </header>
  );
}

export function ShortName({ host, alias }: { host: string; alias: string }) {
  return (
    <h1 class="link-short-name">
      <span class="link-host">{host}/</span>
      <bdi>{alias}</bdi>
    </h1>
  );
}

/** Where visitors get now. */
function LeadsTo({ link }: { link: Link }) {
  const destination = destinationOf(link);
  const url = "url" in destination ? destination.url : link.target;
  return (
    <p class="link-leads">
      <span class="quiet">{text.link.destinations[destination.kind]} </span>
      {isWebAddress(url) ? (
        <a href={url} target="_blank" rel="noreferrer" title={url}>
          <bdi>{url}</bdi>
          <Icon name="external" />
        </a>
      ) : (
        <bdi>{url}</bdi>
      )}
    </p>
  );
}

function Facts({ link }: { link: Link }) {
  const { owner } = link;
  const { resource } = useResource(() => namesOf(owner === null ? [] : [owner]), [owner]);
  const name = owner === null ? text.link.noOwner : nameIn(resource.value, owner);
  return (
    <>
      {link.title !== null && (
        <p class="link-title" dir="auto">
          {link.title}
        </p>
      )}
      <p class="row-line link-facts quiet">
        {link.tags.map((tag) => (
          <a key={tag} class="badge" href={href(["links"], { tag })} dir="auto">
            {tag}
          </a>
        ))}
        <span>
          {text.link.created} <Time at={link.created_at} />
        </span>
        {name !== null && (
          <span class="clip" dir="auto">
            {text.link.owner(name)}
          </span>
        )}
      </p>
      {link.note !== null && (
        <details class="link-note quiet">
          <summary>{text.link.note}</summary>
          <p dir="auto">{link.note}</p>
        </details>
      )}
    </>
  );
}

/** The name of an owner. Only admins see those of others. */
function nameIn({ value, isLoading }: Resource<ReadonlyMap<string, string>>, owner: string): string | null {
  return value?.get(owner) ?? (isLoading ? null : text.link.somebodyElse);
}

function menuOf(link: Link, actions: LinkActions): MenuItem[] {
  const items: MenuItem[] = [];
  const isDeleted = link.state === "deleted";
  if (mayChange(link)) {
    if (isDeleted) items.push({ label: text.link.notices.restore, icon: "restore", onSelect: actions.restore });
    else if (link.disabled)
      items.push({ label: text.links.enable, icon: "check", onSelect: () => actions.setDisabled(false) });
    else items.push({ label: text.links.disable, icon: "blocklist", onSelect: () => actions.setDisabled(true) });
  }
  if (mayBlock() && !isDeleted) {
    if (link.blocked === null) items.push({ label: text.link.block, icon: "warning", onSelect: actions.block });
    else items.push({ label: text.link.unblock, icon: "check", onSelect: actions.unblock });
  }
  if (mayChange(link) && !isDeleted) items.push({ label: text.common.delete, icon: "trash", onSelect: actions.remove });
  return items;
}
