/** People paste addresses without their scheme. */
export function withScheme(address: string): string {
  const trimmed = address.trim();
  if (trimmed === "") return "";
  return /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^[^/]*:\d+(\/|$)/.test(trimmed) ? trimmed : `https://${trimmed}`;
}
