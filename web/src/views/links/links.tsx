import "./links.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, call, type Link } from "../../api/client";
import { asProblem } from "../../api/problem";
import { href, navigate, replaceAddress, route } from "../../state/router";
import { useShortcuts } from "../../state/shortcuts";
import { text } from "../../text";
import { Button, Key } from "../../ui/button";
import { Icon } from "../../ui/icon";
import type { MenuItem } from "../../ui/menu";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toast";
import { type Change, changeLinks, restoreLinks } from "./bulk";
import { CreateCard } from "./create";
import { Filters } from "./filters";
import { useLinkList } from "./list";
import { linkAddress, Row } from "./row";
import { ROW_HEIGHT, Rows } from "./rows";
import { SelectionBar } from "./selection";
import type { LinkFilter } from "./source";

/** The pause in typing after which a search starts, in milliseconds. */
const PAUSE = 200;
const NO_FILTER: LinkFilter = { domain: "", tag: "", owner: "", state: "", days: "", q: "" };

/** The list of links, with the field that creates one above it. */
export function LinksView() {
  const filter = filterOf(route.value.query);
  const list = useLinkList(filter);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const progress = useSignal<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const target = useRef<HTMLInputElement>(null);
  const typed = useRef(0);
  const links = list.links.value;

  const change = (part: Partial<LinkFilter>) => {
    selected.value = new Set();
    replaceAddress(href(["links"], { ...filterOf(route.peek().query), ...part }));
  };
  const onSearch = (event: Event & { currentTarget: HTMLInputElement }) => {
    const q = event.currentTarget.value;
    clearTimeout(typed.current);
    typed.current = window.setTimeout(() => change({ q: q.trim() }), PAUSE);
  };
  useEffect(() => () => clearTimeout(typed.current), []);

  const apply = async (chosen: readonly Link[], wanted: Change) => {
    try {
      const result = await changeLinks(chosen, wanted, (tried) => {
        progress.value = text.links.bulk.progress(tried, chosen.length);
      });
      const ids = new Set(result.changed.map((link) => link.id));
      selected.value = new Set();
      if (wanted.kind === "delete") {
        list.remove(ids);
        const [first] = result.changed;
        const message =
          chosen.length === 1 && first
            ? text.links.deleted(first.alias)
            : text.links.bulk.done(ids.size, result.failed);
        toast(message, { label: text.common.undo, run: () => void undo(result.changed) });
      } else {
        result.changed.forEach(list.put);
        toast(text.links.bulk.done(ids.size, result.failed));
      }
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    } finally {
      progress.value = null;
    }
  };
  const undo = async (deleted: readonly Link[]) => {
    try {
      for (const link of await restoreLinks(deleted)) toast(text.links.restored(link.alias));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
    list.restart();
  };
  const setDisabled = async (link: Link, disabled: boolean) => {
    try {
      const params = { path: { alias: link.alias }, query: { domain: link.domain } };
      const after = await call(api.PATCH("/api/v1/links/{alias}", { params, body: { disabled } }));
      if ("target" in after) list.put(after);
      toast(disabled ? text.links.disabled(link.alias) : text.links.enabled(link.alias));
    } catch (error) {
      toast(text.problems.line(asProblem(error)));
    }
  };
  const itemsFor = (link: Link): MenuItem[] => [
    { label: text.links.open, icon: "links", onSelect: () => navigate(linkAddress(link)) },
    { label: text.common.edit, icon: "edit", onSelect: () => navigate(linkAddress(link, "edit")) },
    link.disabled
      ? { label: text.links.enable, icon: "check", onSelect: () => void setDisabled(link, false) }
      : { label: text.links.disable, icon: "blocklist", onSelect: () => void setDisabled(link, true) },
    { label: text.common.delete, icon: "trash", onSelect: () => void apply([link], { kind: "delete" }) },
  ];

  const focusRow = (step: number) => {
    const current = focusedRow();
    const next = current === null ? 0 : current + step;
    const row = document.querySelector<HTMLElement>(`[data-row="${next}"]`);
    row?.focus();
    row?.closest("li")?.scrollIntoView({ block: "nearest" });
  };
  const withFocused = (action: (link: Link) => void) => () => {
    const link = links[focusedRow() ?? -1];
    if (link) action(link);
  };
  useShortcuts({
    "/": () => search.current?.select(),
    c: () => target.current?.select(),
    ArrowDown: () => focusRow(1),
    ArrowUp: () => focusRow(-1),
    e: withFocused((link) => navigate(linkAddress(link, "edit"))),
    q: withFocused((link) => navigate(`${linkAddress(link)}?panel=qr`)),
    x: withFocused((link) => {
      selected.value = toggled(selected.value, link.id, !selected.value.has(link.id));
    }),
  });

  const isFiltered = Object.values(filter).some((value) => value !== "");
  const isEmpty = list.isComplete.value && links.length === 0;
  return (
    <>
      <header class="view-head">
        <h1>{text.links.title}</h1>
        <label class="search">
          <Icon name="search" />
          <input
            ref={search}
            type="search"
            aria-label={text.links.searchLabel}
            placeholder={text.links.search}
            defaultValue={filter.q}
            maxLength={200}
            onInput={onSearch}
          />
          <Key name="/" />
        </label>
        <Button kind="primary" shortcut="c" onClick={() => target.current?.select()}>
          {text.links.new}
        </Button>
      </header>
      {selected.value.size > 0 ? (
        <SelectionBar selected={selected} links={links} onChange={apply} progress={progress.value} />
      ) : (
        <div class="filters">
          <Filters filter={filter} onChange={change} />
          <span class="spacer" />
          <span class="quiet" role="status">
            {list.isLoading.value && filter.q !== "" && links.length === 0
              ? text.links.searching(list.examined.value)
              : !isEmpty && links.length > 0 && text.links.shown(links.length, list.isComplete.value)}
          </span>
        </div>
      )}
      <CreateCard input={target} onCreated={list.put} />
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
                    onSelect={(isOn) => {
                      selected.value = toggled(selected.value, link.id, isOn);
                    }}
                    items={itemsFor(link)}
                  />
                )
              );
            }}
          />
        )}
        {list.isLoading.value && <Skeleton height={ROW_HEIGHT} rows={links.length === 0 ? 8 : 2} />}
        {list.problem.value && <Failure problem={list.problem.value} onRetry={list.restart} />}
        {isEmpty && !isFiltered && (
          <Empty title={text.links.empty}>
            <p>{text.links.emptyHint}</p>
          </Empty>
        )}
        {isEmpty && isFiltered && (
          <Empty title={text.links.nothingFound}>
            <p>{text.links.nothingFoundHint}</p>
            <Button
              onClick={() => {
                if (search.current) search.current.value = "";
                change(NO_FILTER);
              }}
            >
              {text.links.clearFilters}
            </Button>
          </Empty>
        )}
      </section>
    </>
  );
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

/** The row that has the focus, or one of its buttons. */
function focusedRow(): number | null {
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>("[data-row]");
  return row ? Number(row.dataset.row) : null;
}
