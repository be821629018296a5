import { api, call, type Link, type Schemas, send } from "../../api/client";
import { now } from "../../api/clock";
import { ApiProblem } from "../../api/problem";
import { boundsOf, browserZone, type Period, type Unit } from "../../state/period";

export type Stats = Schemas["Stats"];

/** A request takes four dimensions, so all of them take two. */
const FIRST = ["country", "referrer", "device", "browser"];
const SECOND = ["language", "os", "rule", "reason"];

/** What statistics are asked for. */
export interface Question {
  period: Period;
  unit: Unit;
  isCompared: boolean;
}

type Place = Pick<Link, "alias" | "domain">;

/** The statistics of a link, with all dimensions. */
export function loadStatistics(place: Place, question: Question, signal: AbortSignal): Promise<Stats> {
  return inKnownZone(async (tz) => {
    const path = { alias: place.alias };
    const query = queryOf(place, question, tz);
    const compare = question.isCompared ? { compare: "previous" as const } : {};
    const load = (dimensions: readonly string[], more: object) => {
      const params = { path, query: { ...query, ...more, by: dimensions.join(",") } };
      return call(api.GET("/api/v1/links/{alias}/stats", { params, signal })) as Promise<Stats>;
    };
    const [first, second] = await Promise.all([load(FIRST, compare), load(SECOND, {})]);
    return { ...first, by: { ...first.by, ...second.by } };
  });
}

/** The series as CSV. */
export function loadCsv(place: Place, question: Question): Promise<Blob> {
  return inKnownZone(async (tz) => {
    const query = new URLSearchParams({ ...queryOf(place, question, tz), format: "csv" });
    return (await send(`/api/v1/links/${encodeURIComponent(place.alias)}/stats?${query}`)).blob();
  });
}

function queryOf({ domain }: Place, { period, unit }: Question, tz: string) {
  return { domain, granularity: unit, tz, ...boundsOf(period, now(), tz) };
}

/** Asks in the time zone of the browser, or in UTC if the deployment does not know it. */
async function inKnownZone<T>(ask: (tz: string) => Promise<T>): Promise<T> {
  const tz = browserZone();
  try {
    return await ask(tz);
  } catch (error) {
    if (tz !== "UTC" && error instanceof ApiProblem && error.at("/tz")) return ask("UTC");
    throw error;
  }
}
