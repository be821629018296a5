/** Campaign parameters in the query of a target. The target is the only place that keeps them. */

export const UTM_NAMES = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"] as const;

export type UtmName = (typeof UTM_NAMES)[number];

/** The first value of a parameter of the query of `target`. Empty if there is none. */
export function parameterOf(target: string, name: string): string {
  return new URLSearchParams(split(target).query ?? "").get(name) ?? "";
}

/**
 * `target` with the parameter once: in its first place, or at the end; an empty value removes it. The rest stays as it
 * was typed.
 */
export function withParameter(target: string, name: string, value: string): string {
  const { page, query, fragment } = split(target);
  const pair = value === "" ? null : new URLSearchParams([[name, value]]).toString();
  const pairs: string[] = [];
  let isPlaced = pair === null;
  for (const old of query ? query.split("&") : []) {
    if (!new URLSearchParams(old).has(name)) {
      pairs.push(old);
    } else if (!isPlaced && pair !== null) {
      pairs.push(pair);
      isPlaced = true;
    }
  }
  if (!isPlaced && pair !== null) pairs.push(pair);
  return `${page}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}${fragment}`;
}

/** Whether the target has a campaign parameter. */
export const hasUtm = (target: string): boolean => UTM_NAMES.some((name) => parameterOf(target, name) !== "");

function split(target: string): { page: string; query: string | null; fragment: string } {
  const hash = target.indexOf("#");
  const address = hash < 0 ? target : target.slice(0, hash);
  const fragment = hash < 0 ? "" : target.slice(hash);
  const mark = address.indexOf("?");
  return mark < 0
    ? { page: address, query: null, fragment }
    : { page: address.slice(0, mark), query: address.slice(mark + 1), fragment };
}
