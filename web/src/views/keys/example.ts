import type { Scope } from "../../state/me";

/** A command that uses a new key: it creates a link if the key may, and reads otherwise. */
export function curlExample(
  origin: string,
  { secret, scopes, domains }: { secret: string; scopes: readonly Scope[]; domains: readonly string[] | null },
): string {
  const authorization = `  -H 'Authorization: Bearer ${secret}'`;
  // Without a domain the API means the default domain, for which the key may not be.
  const domain = domains?.[0];
  if (scopes.includes("links:write")) {
    const body = JSON.stringify({ target: "https://example.com/", ...(domain ? { domain } : {}) });
    const type = "  -H 'Content-Type: application/json'";
    return [`curl ${origin}/api/v1/links`, authorization, type, `  -d '${body}'`].join(" \\\n");
  }
  if (scopes.includes("links:read")) {
    const query = domain ? `?${new URLSearchParams({ domain })}` : "";
    return [`curl '${origin}/api/v1/links${query}'`, authorization].join(" \\\n");
  }
  return [`curl ${origin}/api/v1/me`, authorization].join(" \\\n");
}
