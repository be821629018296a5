import { api, call } from "../../api/client";
import { may } from "../../state/me";

const names = new Map<string, Promise<string>>();

/** The name of a user, or the identifier if it cannot be read. */
export function nameOf(user: string): Promise<string> {
  const known = names.get(user);
  if (known) return known;
  const name = load(user);
  names.set(user, name);
  return name;
}

async function load(user: string): Promise<string> {
  if (!may("users:admin")) return user;
  try {
    const { name, email } = await call(api.GET("/api/v1/users/{user}", { params: { path: { user } } }));
    return name ?? email ?? user;
  } catch {
    names.delete(user);
    return user;
  }
}
