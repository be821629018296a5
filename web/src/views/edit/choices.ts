import { api, call, nextPage, type Schemas } from "../../api/client";

type TagPage = Schemas["TagList"];
type UserPage = Schemas["UserList"];

export interface UserChoice {
  value: string;
  label: string;
}

/** Choices are loaded from so many pages. Other tags can still be typed. */
const MOST_PAGES = 10;

/** Tells the tags of a domain as they arrive. Stops without a word if they do not. */
export async function loadTags(domain: string, tell: (tags: string[]) => void): Promise<void> {
  const query = { domain, limit: 100 };
  await follow<TagPage["items"][number]>(call(api.GET("/api/v1/tags", { params: { query } })), (items) =>
    tell(items.map(({ tag }) => tag)),
  );
}

/** Tells the active users as they arrive. */
export async function loadUsers(tell: (users: UserChoice[]) => void): Promise<void> {
  const first = call(api.GET("/api/v1/users", { params: { query: { limit: 100 } } }));
  await follow<UserPage["items"][number]>(first, (items) => {
    const active = items.filter((user) => user.state === "active");
    tell(active.map((user) => ({ value: user.id, label: user.name ?? user.email ?? user.id })));
  });
}

async function follow<T>(first: Promise<{ items: T[]; next: string | null }>, tell: (items: T[]) => void) {
  try {
    let page = await first;
    const items = [...page.items];
    tell(items);
    for (let pages = 1; page.next !== null && pages < MOST_PAGES; pages += 1) {
      page = await nextPage<T>(page.next);
      items.push(...page.items);
      tell(items);
    }
  } catch {
    // The field works without its choices.
  }
}
