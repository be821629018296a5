import { api, call, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { type Period, type PeriodQuery, periodQuery } from "./period";

export type Overview = Schemas["Overview"];

export interface OverviewFilter {
  period: Period;
  /** Whether the period before is asked for. */
  compare: boolean;
  /** Empty: all domains. */
  domain: string;
  tag: string;
}

/** What the page shows: an answer, and the filter that it belongs to. */
export interface Shown {
  stats: Overview;
  filter: OverviewFilter;
  /** The time zone of the browser, if hop does not know it. */
  refusedZone: string | null;
}

/** Statistics in the time zone of the browser, or in UTC if hop does not know that. */
export async function loadOverview(filter: OverviewFilter, now: number, abort: AbortSignal): Promise<Shown> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  try {
    return { stats: await load(filter, periodQuery(filter.period, now, zone), abort), filter, refusedZone: null };
  } catch (error) {
    if (zone === "UTC" || asProblem(error).at("/tz") === undefined) throw error;
    return { stats: await load(filter, periodQuery(filter.period, now, "UTC"), abort), filter, refusedZone: zone };
  }
}

async function load(
  { compare, domain, tag }: OverviewFilter,
  period: PeriodQuery,
  signal: AbortSignal,
): Promise<Overview> {
  const query = {
    ...period,
    ...(compare ? { compare: "previous" as const } : {}),
    ...(domain ? { domain } : {}),
    // The clicks of a tag are not counted by anything.
    ...(tag ? { tag } : { by: "country,referrer,device" }),
  };
  return (await call(api.GET("/api/v1/stats", { params: { query }, signal }))) as Overview;
}
