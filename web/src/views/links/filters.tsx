import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, call } from "../../api/client";
import { domains, may, me } from "../../state/me";
import { text } from "../../text";
import type { LinkFilter } from "./source";

interface Choice {
  value: string;
  label: string;
}

interface FilterProps {
  name: string;
  value: string;
  choices: readonly Choice[];
  onValue: (value: string) => void;
}

/** A filter as a chip: the name of the filter, or the chosen value. */
function Filter({ name, value, choices, onValue }: FilterProps) {
  const isKnown = value === "" || choices.some((choice) => choice.value === value);
  return (
    <select
      class={value === "" ? "chip" : "chip on"}
      aria-label={name}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{name}</option>
      {!isKnown && <option value={value}>{value}</option>}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

const DAYS = [1, 7, 30, 365];
const STATES = ["live", "scheduled", "ended", "used_up", "disabled", "blocked", "deleted"] as const;

/** The filters of the list. They are kept in the address. */
export function Filters({ filter, onChange }: { filter: LinkFilter; onChange: (change: Partial<LinkFilter>) => void }) {
  const tags = useSignal<readonly string[]>([]);
  const owners = useSignal<readonly Choice[]>([]);
  useEffect(() => {
    // Without these the filters still work for what the address names.
    void loadTags(filter.domain).then((loaded) => {
      tags.value = loaded;
    }, ignore);
  }, [filter.domain]);
  useEffect(() => {
    void loadOwners().then((loaded) => {
      owners.value = loaded;
    }, ignore);
  }, []);
  const { filters, states } = text.links;
  return (
    <>
      {domains.value.length > 1 && (
        <Filter
          name={filters.domain}
          value={filter.domain}
          choices={domains.value.map(({ domain }) => ({ value: domain, label: domain }))}
          onValue={(domain) => onChange({ domain })}
        />
      )}
      <Filter
        name={filters.tag}
        value={filter.tag}
        choices={tags.value.map((tag) => ({ value: tag, label: tag }))}
        onValue={(tag) => onChange({ tag })}
      />
      <Filter
        name={filters.owner}
        value={filter.owner}
        choices={owners.value}
        onValue={(owner) => onChange({ owner })}
      />
      <Filter
        name={filters.state}
        value={filter.state}
        choices={STATES.map((state) => ({ value: state, label: states[state] }))}
        onValue={(state) => onChange({ state })}
      />
      <Filter
        name={filters.created}
        value={filter.days}
        choices={DAYS.map((days) => ({ value: String(days), label: filters.lastDays(days) }))}
        onValue={(days) => onChange({ days })}
      />
    </>
  );
}

const ignore = () => {};

async function loadTags(domain: string): Promise<string[]> {
  const names = domain === "" ? domains.value.map((one) => one.domain) : [domain];
  const lists = await Promise.all(
    names.map((name) => call(api.GET("/api/v1/tags", { params: { query: { domain: name, limit: 100 } } }))),
  );
  return [...new Set(lists.flatMap((list) => list.items.map(({ tag }) => tag)))].sort();
}

async function loadOwners(): Promise<Choice[]> {
  const own = me.value?.user ? [{ value: me.value.user, label: text.links.filters.mine }] : [];
  const nobody = { value: "none", label: text.links.filters.nobody };
  if (!may("users:admin")) return [...own, nobody];
  const { items } = await call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } }));
  const others = items.filter((user) => user.id !== me.value?.user);
  return [...own, ...others.map((user) => ({ value: user.id, label: user.name ?? user.email ?? user.id })), nobody];
}
