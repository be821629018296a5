import { api, call, type Link, type LinkPatch } from "../../api/client";

type Place = Pick<Link, "alias" | "domain">;

const paramsOf = ({ alias, domain }: Place) => ({ path: { alias }, query: { domain } });

export function loadLink(place: Place, signal?: AbortSignal): Promise<Link> {
  return call(api.GET("/api/v1/links/{alias}", { params: paramsOf(place), ...(signal && { signal }) }));
}

/** Changes a link, and returns it. With `version`, only if it is still that one. */
export async function changeLink(place: Place, body: LinkPatch, version: number | null = null): Promise<Link> {
  const header = version === null ? {} : { "If-Match": `"${version}"` };
  const params = { ...paramsOf(place), header };
  const written = await call(api.PATCH("/api/v1/links/{alias}", { params, body }));
  return "target" in written ? written : loadLink(place);
}

/** Deletes a link, and returns what is left of it. */
export async function deleteLink(place: Place): Promise<Link> {
  await call(api.DELETE("/api/v1/links/{alias}", { params: paramsOf(place) }));
  return loadLink(place);
}

export async function restoreLink(place: Place): Promise<Link> {
  const written = await call(api.POST("/api/v1/links/{alias}/restore", { params: paramsOf(place) }));
  return "target" in written ? written : loadLink(place);
}
