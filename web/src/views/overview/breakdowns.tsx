import { text } from "../../text";
import { country } from "../../ui/format";
import { type Ranked, Ranking } from "../../ui/ranking";
import { linkAddress } from "../links/row";
import { FailedVisits } from "./failure";
import type { Overview } from "./load";
import { lastDay, utcDay } from "./period";

/** How many values of a dimension are shown. */
const MOST = 8;

interface BreakdownsProps {
  stats: Overview;
  hasTag: boolean;
  hasDomains: boolean;
}

/** Top links, countries, referrers, devices, and the visits without a link. */
export function Breakdowns({ stats, hasTag, hasDomains }: BreakdownsProps) {
  const words = text.overview;
  const { from, to } = stats.whole_days;
  const note = from === to ? words.noWholeDay : words.wholeDays(utcDay(from), utcDay(lastDay(to)));
  const ranking = (title: string, dimension: string, name: (value: string) => string) => (
    <Ranking title={title} items={itemsOf(stats.by[dimension], name)} empty={words.noPeople} />
  );
  return (
    <>
      <div class="breakdowns">
        <Ranking title={words.topLinks} items={topLinks(stats, hasDomains)} empty={words.noPeople} />
        {hasTag ? <p class="card quiet">{words.notForTag}</p> : ranking(words.countries, "country", country)}
        {!hasTag && ranking(words.referrers, "referrer", (value) => value)}
        {!hasTag && ranking(words.devices, "device", (value) => words.deviceNames[value] ?? value)}
        <FailedVisits failed={stats.failed} hasTag={hasTag} />
      </div>
      <p class="quiet">{note}</p>
    </>
  );
}

function topLinks(stats: Overview, hasDomains: boolean): Ranked[] {
  return stats.top_links
    .filter((link) => link.humans > 0)
    .slice(0, MOST + 2)
    .map((link) => ({
      key: `${link.domain}/${link.alias}`,
      value: link.humans,
      title: text.links.machines(link.bots + link.previews),
      label: (
        <a class="top-link" href={linkAddress(link)} dir="auto">
          {hasDomains && <span class="soft">{link.domain}/</span>}
          {link.alias}
        </a>
      ),
    }));
}

/** The values with most people, and all others together. */
function itemsOf(counted: Overview["by"][string] | undefined, name: (value: string) => string): Ranked[] {
  if (counted === undefined) return [];
  const { other } = text.overview;
  const some = counted.items.filter((item) => item.humans > 0);
  const rest = some.slice(MOST).reduce((sum, item) => sum + item.humans, counted.other.humans);
  const shown: Ranked[] = some.slice(0, MOST).map((item) => ({
    key: item.value,
    label: <span dir="auto">{name(item.value)}</span>,
    value: item.humans,
    ...(item.at_most === null ? {} : { title: text.overview.atMost(item.at_most) }),
  }));
  return rest > 0 ? [...shown, { key: "", label: <span class="soft">{other}</span>, value: rest }] : shown;
}
