import "./links.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Link } from "../../api/client";
import { may } from "../../state/me";
import { href, navigate, replaceAddress, route } from "../../state/router";
import { type Shortcuts, useShortcuts } from "../../state/shortcuts";
import { text } from "../../text";
import { Button } from "../../ui/button";
import type { MenuItem } from "../../ui/menu";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { mayChange } from "../link/rights";
import { useChanges } from "./changes";
import { CreateCard } from "./create";
import { Filters } from "./filters";
import { useLinkList } from "./list";
import { linkAddress, Row } from "./row";
import { focusedRow, moveFocus } from "./row-focus";
import { ROW_HEIGHT, Rows } from "./rows";
import { LinkSearch } from "./search";
import { SelectionBar } from "./selection";
import { type LinkFilter, refusedSearch } from "./source";

const NO_FILTER: LinkFilter = { domain: "", tag: "", owner: "", state: "", days: "", q: "" };

/** The list of links, with the field that creates one above it. */
export function LinksView() {
  const filter = filterOf(route.value.query);
  const list = useLinkList(filter);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const { progress, apply, setDisabled } = useChanges(list, selected);
  const target = useRef<HTMLInputElement>(null);
  const links = list.links.value;
  const chosen = links.filter((link) => selected.value.has(link.id));
  const canCreate = may("links:write");

  const change = (part: Partial<LinkFilter>) => {
    replaceAddress(href(["links"], { ...filterOf(route.peek().query), ...part }));
  };
  // Also for an address that came from a tag of a row, or from "Back".
  useEffect(() => {
    if (selected.peek().size > 0) selected.value = new Set();
  }, Object.values(filter));

  const select = (link: Link, isOn: boolean) => {
    selected.value = toggled(selected.peek(), link.id, isOn);
  };
  const itemsFor = (link: Link): MenuItem[] => {
    if (!canChange(link)) return [];
    return [
      { label: text.links.open, icon: "links", onSelect: () => navigate(linkAddress(link)) },
      { label: text.common.edit, icon: "edit", onSelect: () => navigate(linkAddress(link, "edit")) },
      link.disabled
        ? { label: text.links.enable, icon: "check", onSelect: () => void setDisabled(link, false) }
        : { label: text.links.disable, icon: "blocklist", onSelect: () => void setDisabled(link, true) },
      { label: text.common.delete, icon: "trash", onSelect: () => void apply([link], { kind: "delete" }) },
    ];
  };
  const createByKey: Shortcuts = canCreate ? { c: () => target.current?.select() } : {};
  const withFocused = (action: (link: Link) => void) => () => {
    const link = links[focusedRow() ?? -1];
    if (link) action(link);
  };
  useShortcuts({
    ...createByKey,
    ArrowDown: () => moveFocus(1, links.length),
    ArrowUp: () => moveFocus(-1, links.length),
    e: withFocused((link) => canChange(link) && navigate(linkAddress(link, "edit"))),
    q: withFocused((link) => navigate(`${linkAddress(link)}?panel=qr`)),
    x: withFocused((link) => canChange(link) && select(link, !selected.peek().has(link.id))),
  });

  const refused = refusedSearch(list.problem.value);
  return (
    <>
      <header class="view-head">
        <h1>{text.links.title}</h1>
        <LinkSearch value={filter.q} onValue={(q) => change({ q })} wrong={refused} />
        {canCreate && (
          <Button kind="primary" shortcut="c" onClick={() => target.current?.select()}>
            {text.links.new}
          </Button>
        )}
      </header>
      {chosen.length > 0 ? (
        <SelectionBar
          selected={selected}
          chosen={chosen}
          links={links.filter(canChange)}
          onChange={apply}
          progress={progress.value}
        />
      ) : (
        <div class="filters">
          <Filters filter={filter} onChange={change} />
          <span class="spacer" />
          <span class="quiet" role="status">
            {list.isLoading.value && filter.q !== "" && links.length === 0
              ? text.links.searching(list.examined.value)
              : links.length > 0 && text.links.shown(links.length, list.isComplete.value)}
          </span>
        </div>
      )}
      {canCreate && <CreateCard input={target} onCreated={list.put} />}
      <section class="card list-card" aria-busy={list.isLoading.value} aria-label={text.links.title}>
        {links.length > 0 && (
          <Rows
            label={text.links.title}
            length={links.length}
            onNearEnd={() => void list.loadMore()}
            render={(index) => {
              const link = links[index];
              return (
                link && (
                  <Row
                    key={link.id}
                    link={link}
                    index={index}
                    isSelected={selected.value.has(link.id)}
                    onSelect={canChange(link) ? (isOn) => select(link, isOn) : null}
                    items={itemsFor(link)}
                  />
                )
              );
            }}
          />
        )}
        {list.isLoading.value && <Skeleton height={ROW_HEIGHT} rows={links.length === 0 ? 8 : 2} />}
        {list.problem.value && refused === null && <Failure problem={list.problem.value} onRetry={list.restart} />}
        {(refused !== null || (list.isComplete.value && links.length === 0)) && (
          <Nothing
            isFiltered={Object.values(filter).some((value) => value !== "")}
            canCreate={canCreate}
            onClear={() => change(NO_FILTER)}
          />
        )}
      </section>
    </>
  );
}

/** What an empty list says: how to create the first link, or that the filters match none. */
function Nothing(props: { isFiltered: boolean; canCreate: boolean; onClear: () => void }) {
  if (!props.isFiltered) {
    return (
      <Empty title={text.links.empty}>
        <p>{props.canCreate ? text.links.emptyHint : text.links.emptyHintViewer}</p>
      </Empty>
    );
  }
  return (
    <Empty title={text.links.nothingFound}>
      <p>{text.links.nothingFoundHint}</p>
      <Button onClick={props.onClear}>{text.links.clearFilters}</Button>
    </Empty>
  );
}

/** Whether changes of a link are offered. A deleted one is restored on its own page. */
function canChange(link: Link): boolean {
  return link.state !== "deleted" && mayChange(link);
}

function filterOf(query: URLSearchParams): LinkFilter {
  const value = (name: keyof LinkFilter) => query.get(name) ?? "";
  return {
    domain: value("domain"),
    tag: value("tag"),
    owner: value("owner"),
    state: value("state"),
    days: value("days"),
    q: value("q"),
  };
}

function toggled(ids: ReadonlySet<string>, id: string, isOn: boolean): ReadonlySet<string> {
  const changed = new Set(ids);
  if (isOn) changed.add(id);
  else changed.delete(id);
  return changed;
}
