import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, call } from "../../api/client";
import { domains, may } from "../../state/me";
import { text } from "../../text";
import { ChoiceChip } from "../../ui/choice";
import type { OverviewFilter } from "./load";

/** The domain and the tag, as chips. */
export function Filters({
  filter,
  onChange,
}: {
  filter: OverviewFilter;
  onChange: (part: Partial<OverviewFilter>) => void;
}) {
  const tags = useSignal<readonly string[]>([]);
  useEffect(() => {
    if (!may("links:read")) return;
    void loadTags(filter.domain).then(
      (loaded) => {
        tags.value = loaded;
      },
      // Without them the tag of the address still works.
      () => {},
    );
  }, [filter.domain]);
  return (
    <>
      {domains.value.length > 1 && (
        <ChoiceChip
          label={text.tags.domain}
          any={text.overview.domain}
          value={filter.domain}
          options={domains.value.map(({ domain }) => ({ value: domain, label: domain }))}
          onValue={(domain) => onChange({ domain })}
        />
      )}
      {(tags.value.length > 0 || filter.tag !== "") && (
        <ChoiceChip
          label={text.tags.tag}
          any={text.overview.tag}
          value={filter.tag}
          options={tags.value.map((tag) => ({ value: tag, label: tag }))}
          onValue={(tag) => onChange({ tag })}
        />
      )}
    </>
  );
}

/** The first tags of the domains. A tag further down is chosen in the list of tags. */
async function loadTags(domain: string): Promise<string[]> {
  const names = domain === "" ? domains.value.map((one) => one.domain) : [domain];
  const lists = await Promise.all(
    names.map((name) => call(api.GET("/api/v1/tags", { params: { query: { domain: name, limit: 100 } } }))),
  );
  return [...new Set(lists.flatMap((list) => list.items.map(({ tag }) => tag)))].sort();
}
