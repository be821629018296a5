import { api, call, type Link, type Schemas } from "../../api/client";
import { may } from "../../state/me";
import { namesOf } from "../../state/people";
import { authorOf, keyOf } from "./author";
import type { Version } from "./changes";

type AuditEvent = Schemas["AuditEvent"];

/** Who made the versions of a link, by the number of the version. */
export type Authors = ReadonlyMap<number, string>;

export async function authorsOf(link: Link, versions: readonly Version[]): Promise<Authors> {
  const ids = versions.flatMap(({ by }) => by ?? []);
  const [names, events] = await Promise.all([namesOf(ids), eventsOf(link)]);
  const keys = await keyNames(events);
  return new Map(versions.map((version) => [version.version, authorOf(version, names, keyOf(version, events), keys)]));
}

/** The latest events of a link. Without them the history shows less. */
async function eventsOf(link: Link): Promise<readonly AuditEvent[]> {
  if (!may("audit:read")) return [];
  try {
    return (await call(api.GET("/api/v1/audit", { params: { query: { subject: link.id, limit: 100 } } }))).items;
  } catch {
    return [];
  }
}

async function keyNames(events: readonly AuditEvent[]): Promise<ReadonlyMap<string, string>> {
  const isNeeded = events.some(({ principal }) => principal.startsWith("key_"));
  if (!isNeeded || !may("keys:admin")) return new Map();
  try {
    const { items } = await call(api.GET("/api/v1/keys", { params: { query: { limit: 100 } } }));
    return new Map(items.map(({ id, name }) => [id, name]));
  } catch {
    return new Map();
  }
}
