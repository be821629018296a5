import createClient from "openapi-fetch";
import { ApiProblem } from "./problem";
import type { components, paths } from "./schema";
import { accessToken } from "./session";
import { exchange } from "./transport";

export type Schemas = components["schemas"];
export type Link = Schemas["Link"];
export type LinkPatch = Schemas["LinkPatch"];
export type NewLink = Schemas["NewLink"];

/** How often a read is sent again after 503. */
const RETRIES = 3;
/** The longest wait before it is, in seconds. */
const LONGEST_WAIT = 2;

/** Sends a request with the access token. A read that the store did not answer is sent again. */
async function authorized(request: Request): Promise<Response> {
  let refused: string | null = null;
  for (let attempt = 0; ; attempt += 1) {
    const token = await accessToken(refused);
    // Without a token hop would only refuse it.
    if (token === null) throw ApiProblem.signedOut();
    const headers = new Headers(request.headers);
    headers.set("authorization", `Bearer ${token}`);
    const response = await exchange(new Request(request.clone(), { headers }));
    if (response.status === 401 && refused === null) {
      refused = token;
    } else if (response.status === 503 && request.method === "GET" && attempt < RETRIES) {
      await pause(Math.min(Number(response.headers.get("retry-after") ?? 1), LONGEST_WAIT));
    } else {
      return response;
    }
  }
}

/** The API, with the types of the OpenAPI document. */
export const api = createClient<paths>({ fetch: authorized });

/** The API without a credential: sign-in and what needs none. */
export const publicApi = createClient<paths>({ fetch: (request) => exchange(request) });

/** The body of a successful answer. Throws a problem for any other. */
export async function call<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  const body = new Response(JSON.stringify(error ?? null), { status: response.status, headers: response.headers });
  throw await ApiProblem.of(body);
}

/** Sends a request that openapi-fetch cannot describe: the next page of a list, an export, an import. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await authorized(new Request(path, init));
  if (!response.ok) throw await ApiProblem.of(response);
  return response;
}

/** The page of a list at the address in `next`. */
export async function nextPage<T>(address: string): Promise<{ items: T[]; next: string | null }> {
  return (await send(address)).json();
}

/** All items of a list, for lists of which people look at every item. */
export async function allItems<T>(first: Promise<{ items: T[]; next: string | null }>): Promise<T[]> {
  let page = await first;
  const items = [...page.items];
  while (page.next !== null) {
    page = await nextPage<T>(page.next);
    items.push(...page.items);
  }
  return items;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
