import { api, call } from "../../api/client";
import { may, me } from "../../state/me";
import { text } from "../../text";

/** The names of users, as far as the caller may see them. Without a name a user has no entry. */
export async function namesOf(ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      const name = await nameOf(id);
      if (name !== null) names.set(id, name);
    }),
  );
  return names;
}

export async function nameOf(id: string): Promise<string | null> {
  if (id === me.value?.user) return text.link.you;
  if (!may("users:admin")) return null;
  try {
    const user = await call(api.GET("/api/v1/users/{user}", { params: { path: { user: id } } }));
    return user.name ?? user.email;
  } catch {
    // The user may be deleted. A name is worth no error.
    return null;
  }
}
