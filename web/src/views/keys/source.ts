import { api, call, type Schemas } from "../../api/client";

export type Key = Schemas["Key"];
export type MadeKey = Schemas["MadeKey"];

/** The first page of the keys of a user, or of all. */
export async function loadKeys(owner: string) {
  const query = owner === "" ? { limit: 100 } : { limit: 100, owner };
  return call(api.GET("/api/v1/keys", { params: { query } }));
}

export async function revokeKey(key: string): Promise<void> {
  await call(api.DELETE("/api/v1/keys/{key}", { params: { path: { key } } }));
}

/** The newest first, and those that do not work any more last. */
export function byUse(isOver: (key: Key) => boolean): (one: Key, other: Key) => number {
  return (one, other) =>
    Number(isOver(one)) - Number(isOver(other)) || Date.parse(other.created_at) - Date.parse(one.created_at);
}
