import { computed, signal } from "@preact/signals";

/** The address of a view, behind the `#`. It never reaches the server, so it may carry one-time tokens. */
export interface Route {
  /** The segments of the path, decoded. */
  path: readonly string[];
  query: URLSearchParams;
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const route = computed<Route>(() => parseRoute(hash.value));

export function parseRoute(text: string): Route {
  const [path = "", query = ""] = text.replace(/^#?\/?/, "").split(/\?(.*)/s);
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** The `href` of a view. Parameters without a value are left out. */
export function href(
  path: readonly string[],
  query: Record<string, string | null | undefined> | URLSearchParams = {},
): string {
  const parameters = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (!(query instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value);
  }
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

export function navigate(address: string): void {
  location.hash = address;
}

/** Changes the address without a new entry in the history of the browser. */
export function replaceAddress(address: string): void {
  history.replaceState(history.state, "", address);
  hash.value = location.hash;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
