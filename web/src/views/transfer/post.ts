import { send } from "../../api/client";
import type { Answer, ImportResults } from "./run";

/** Sends lines to the API. `Retry-After: 0` says that the same request does the rest. */
export function postLines(domain: string, isDry: boolean) {
  return async (body: string, key: string | null): Promise<Answer> => {
    const query = new URLSearchParams({ domain, ...(isDry ? { dry_run: "true" } : {}) });
    const headers: Record<string, string> = { "content-type": "application/x-ndjson" };
    if (key !== null) headers["idempotency-key"] = key;
    const response = await send(`/api/v1/import?${query}`, { method: "POST", body, headers });
    const results = (await response.json()) as ImportResults;
    return { results, continues: response.headers.get("retry-after") === "0" && results.next !== null };
  };
}
