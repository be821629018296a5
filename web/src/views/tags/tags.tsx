import "../../ui/lists.css";
import "./tags.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { nextPage, type Schemas } from "../../api/client";
import { defaultDomain, domains, may } from "../../state/me";
import { usePages } from "../../state/pages";
import { href, replaceAddress, route } from "../../state/router";
import { text } from "../../text";
import { Button } from "../../ui/button";
import { ChoiceChip } from "../../ui/choice";
import { Menu } from "../../ui/menu";
import { SearchField } from "../../ui/search-field";
import { Empty, Failure, Skeleton } from "../../ui/states";
import { TagDialog } from "./dialog";
import { storedTag } from "./retag";

export type Tag = Schemas["TagList"]["items"][number];

/** More rows are added to the page on request. */
const STEP = 200;

/** The tags of a domain. */
export default function TagsView() {
  const { query } = route.value;
  const domain = query.get("domain") ?? defaultDomain.value;
  const q = storedTag(query.get("q") ?? "");
  const matches = (tag: Tag) => tag.tag.includes(q);
  const address = `/api/v1/tags?${new URLSearchParams({ domain, limit: "100" })}`;
  const list = usePages<Tag>({ first: () => nextPage(address), idOf: ({ tag }) => tag, matches }, [address]);
  const { items, isLoading, isComplete, problem } = list.pages.value;
  const most = useSignal(STEP);
  const changing = useSignal<{ kind: "rename" | "remove"; tag: Tag } | null>(null);
  useEffect(() => {
    most.value = STEP;
    // What is loaded may have no match: then the search looks further.
    if (q !== "" && !isComplete && !items.some(matches)) void list.loadMore();
  }, [q, domain]);
  const change = (part: { domain?: string; q?: string }) => {
    const now = route.peek().query;
    replaceAddress(href(["tags"], { domain: now.get("domain"), q: now.get("q"), ...part }));
  };

  const found = items.filter(matches);
  const shown = found.slice(0, most.value);
  const hasMore = found.length > shown.length || (!isComplete && !isLoading && !problem);
  return (
    <>
      <header class="view-head">
        <h1>{text.tags.title}</h1>
        <SearchField label={text.tags.search} value={query.get("q") ?? ""} onValue={(value) => change({ q: value })} />
      </header>
      <div class="row-line">
        {domains.value.length > 1 && (
          <ChoiceChip
            label={text.tags.domain}
            value={domain}
            options={domains.value.map((one) => ({ value: one.domain, label: one.domain }))}
            onValue={(value) => change({ domain: value })}
          />
        )}
        {found.length > 0 && <span class="quiet">{text.tags.linksHint}</span>}
        <span class="spacer" />
        <span class="quiet" role="status">
          {isLoading && q !== "" && !isComplete
            ? text.tags.searching(items.length)
            : found.length > 0 && text.tags.shown(found.length, isComplete)}
        </span>
      </div>
      {!may("links:admin") && <p class="quiet">{text.tags.readOnly}</p>}
      <section class="card plain-list" aria-label={text.tags.title} aria-busy={isLoading}>
        <ul>
          {shown.map((tag) => (
            <TagRow
              key={tag.tag}
              tag={tag}
              domain={domain}
              onChange={(kind) => {
                changing.value = { kind, tag };
              }}
            />
          ))}
        </ul>
        {isLoading && <Skeleton height={45} rows={shown.length === 0 ? 8 : 1} />}
        {problem && <Failure problem={problem} onRetry={() => void list.loadMore()} />}
        {isComplete && found.length === 0 && (
          <Empty title={q === "" ? text.tags.empty : text.tags.nothingFound}>
            {q === "" && may("links:write") && <p>{text.tags.emptyHint}</p>}
          </Empty>
        )}
        {hasMore && (
          <div class="more">
            <Button
              onClick={() => {
                most.value += STEP;
                if (found.length < most.value) void list.loadMore();
              }}
            >
              {shown.length === 0 ? text.common.lookFurther : text.common.loadMore}
            </Button>
          </div>
        )}
      </section>
      {changing.value && (
        <TagDialog
          {...changing.value}
          domain={domain}
          known={items}
          isComplete={isComplete}
          onClose={(hasChanged) => {
            changing.value = null;
            if (hasChanged) void list.restart();
          }}
        />
      )}
    </>
  );
}

interface TagRowProps {
  tag: Tag;
  domain: string;
  onChange: (kind: "rename" | "remove") => void;
}

function TagRow({ tag, domain, onChange }: TagRowProps) {
  const words = text.tags;
  return (
    <li class="tag-row">
      <a class="clip" dir="auto" href={href(["links"], { domain, tag: tag.tag })}>
        {tag.tag}
      </a>
      <span class="number soft">{words.links(tag.links, tag.exact)}</span>
      {may("links:admin") && (
        <Menu
          label={words.actions(tag.tag)}
          items={[
            { label: words.rename, icon: "edit", onSelect: () => onChange("rename") },
            { label: words.remove, icon: "trash", onSelect: () => onChange("remove") },
          ]}
        />
      )}
    </li>
  );
}
