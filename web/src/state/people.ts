import { signal } from "@preact/signals";
import { allItems, api, call, type Schemas } from "../api/client";
import { ApiProblem } from "../api/problem";
import { text } from "../text";
import { may } from "./me";

export type User = Schemas["User"];

/** The users that are known, by identifier; `null` for a deleted one. */
const known = signal<ReadonlyMap<string, User | null>>(new Map());
const asked = new Set<string>();
let isListed = false;

export function remember(users: readonly User[]): void {
  if (users.length > 0) known.value = new Map([...known.peek(), ...users.map((user) => [user.id, user] as const)]);
}

/** Loads the users with these identifiers, so that `personName` knows them. Without an answer it shows identifiers. */
export async function lookUp(ids: Iterable<string>): Promise<void> {
  if (!may("users:admin")) return;
  const unknown = () => [...new Set(ids)].filter((id) => !known.peek().has(id) && !asked.has(id));
  try {
    // One page of the list has most or all of them.
    if (unknown().length > 1 && !isListed) {
      isListed = true;
      remember((await call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } }))).items);
    }
    for (const id of unknown()) {
      asked.add(id);
      await show(id);
    }
  } catch {
    // The identifiers are shown.
  }
}

async function show(user: string): Promise<void> {
  try {
    remember([await call(api.GET("/api/v1/users/{user}", { params: { path: { user } } }))]);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.code === "not_found")) throw error;
    known.value = new Map([...known.peek(), [user, null]]);
  }
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
