import type { Capabilities } from "../../state/me";
import { text } from "../../text";
import { and, count, number, share } from "../../ui/format";

/** A promise or a limit: its name, and what it means. */
export interface Line {
  name: string;
  words: string;
}

const HOUR = 60 * 60;

export function promiseLines({ promises, public_shorten, search }: Capabilities): Line[] {
  const { about } = text;
  const seconds = promises.edits_reach_visitors_seconds;
  const lines = [
    { name: about.edits, words: seconds === null ? about.editsUsually : about.editsWithin(seconds) },
    { name: about.reads, words: promises.read_your_writes === "always" ? about.readsAlways : about.readsLate },
    {
      name: about.owner,
      words:
        promises.one_alias_one_owner === "always" ? about.ownerAlways : about.ownerAsLong(promises.one_alias_one_owner),
    },
    { name: about.maxClicks, words: about.maxClicksHint },
  ];
  const cache = promises.cached_links;
  if (cache !== null) {
    lines.push({ name: about.outage, words: about.outageHint(Math.floor(cache.expire_after_seconds / HOUR)) });
  }
  lines.push({ name: about.search, words: search.words === "indexed" ? about.searchIndexed : about.searchScanned });
  lines.push({ name: about.publicShorten, words: public_shorten ? about.publicShortenOn : about.publicShortenOff });
  return lines;
}

export function statisticsLines({ statistics }: Capabilities): Line[] {
  const { about } = text;
  const after = statistics.visible_after_seconds;
  const estimated = statistics.estimated.map(dimension);
  return [
    { name: about.clicks, words: statistics.click_log ? about.clicksLogged : about.clicksOnce },
    { name: about.visible, words: after === null ? about.visibleUnknown : about.visibleAfter(after) },
    {
      name: about.uniques,
      words: [
        // Two standard errors: 19 of 20 days are within.
        about.uniquesHint(share(statistics.uniques_error * 2)),
        ...(estimated.length > 0 ? [about.estimated(and(estimated))] : []),
      ].join(" "),
    },
    { name: about.months, words: about.monthsHint(statistics.months) },
    { name: about.dnt, words: statistics.respects_dnt ? about.dntOn : about.dntOff },
    { name: about.failed, words: statistics.failed_visits ? about.failedOn : about.failedOff },
  ];
}

function dimension(name: string): string {
  const { dimensions } = text.about;
  return Object.hasOwn(dimensions, name) ? dimensions[name as keyof typeof dimensions] : name;
}

export function limitLines({ limits, statistics }: Capabilities): Line[] {
  const { limitRows, bytes, noLimit } = text.about;
  const lines = [
    { name: limitRows.alias, words: bytes(limits.alias_bytes) },
    { name: limitRows.target, words: bytes(limits.target_bytes) },
    { name: limitRows.maxClicks, words: limits.max_clicks === null ? noLimit : number(limits.max_clicks) },
    { name: limitRows.perDay, words: count(limits.links_per_day, "link", "links") },
    { name: limitRows.bulk, words: bytes(limits.bulk_body_bytes) },
    { name: limitRows.body, words: bytes(limits.body_bytes) },
    { name: limitRows.batch, words: number(limits.repeatable_batch) },
    { name: limitRows.page, words: number(limits.page) },
    { name: limitRows.operations, words: number(limits.store_operations) },
  ];
  if (statistics.click_log_from !== null) {
    lines.push({ name: limitRows.logFrom, words: number(statistics.click_log_from) });
  }
  return lines;
}
