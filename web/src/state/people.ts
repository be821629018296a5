import { signal } from "@preact/signals";
import { allItems, api, call, type Schemas } from "../api/client";
import { ApiProblem } from "../api/problem";
import { text } from "../text";
import { may, me } from "./me";

export type User = Schemas["User"];

/** The users that are known, by identifier; `null` for a deleted one. */
const known = signal<ReadonlyMap<string, User | null>>(new Map());
/** The requests that are under way; the one for the list also when it is done. One that failed is sent again. */
const asked = new Map<string, Promise<void>>();
let listed: Promise<void> | null = null;

export function remember(users: readonly User[]): void {
  if (users.length > 0) known.value = new Map([...known.peek(), ...users.map((user) => [user.id, user] as const)]);
}

/** Loads the users with these identifiers, so that `personName` knows them. Without an answer it shows identifiers. */
export async function lookUp(ids: Iterable<string>): Promise<void> {
  if (!may("users:admin")) return;
  const wanted = [...new Set(ids)];
  const unknown = () => wanted.filter((id) => !known.peek().has(id));
  try {
    // One page of the list has most or all of them.
    if (unknown().length > 1) await list();
    for (const id of unknown()) await ask(id);
  } catch {
    // The identifiers are shown.
  }
}

async function list(): Promise<void> {
  listed ??= call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } })).then(({ items }) => remember(items));
  try {
    await listed;
  } catch (error) {
    listed = null;
    throw error;
  }
}

function ask(id: string): Promise<void> {
  const running = asked.get(id) ?? load(id).finally(() => asked.delete(id));
  asked.set(id, running);
  return running;
}

async function load(user: string): Promise<void> {
  try {
    remember([await call(api.GET("/api/v1/users/{user}", { params: { path: { user } } }))]);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.code === "not_found")) throw error;
    known.value = new Map([...known.peek(), [user, null]]);
  }
}

/** The names of users by identifier, as far as the caller may see them. Without a name a user has no entry. */
export async function namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const own = me.peek()?.user;
  await lookUp(ids.filter((id) => id !== own));
  return new Map(
    ids.flatMap((id) => {
      const user = known.peek().get(id);
      const others = user === null ? text.people.deleted : (user?.name ?? user?.email);
      const name = id === own ? text.people.you : others;
      return name ? [[id, name] as const] : [];
    }),
  );
}

/** All users, for a choice between them. */
export async function everybody(): Promise<User[]> {
  const users = await allItems(call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } })));
  remember(users);
  return users;
}

/** The name of the user with this identifier, as far as it is known. */
export function personName(id: string): string {
  const user = known.value.get(id);
  if (user === undefined) return id;
  return user === null ? text.people.deleted : nameOf(user);
}

export function person(id: string): User | null {
  return known.value.get(id) ?? null;
}

export function nameOf(user: Pick<User, "name" | "email" | "id">): string {
  return user.name ?? user.email ?? user.id;
}
