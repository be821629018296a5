import { api, call } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { remember, type User } from "../../state/people";
import { sleep } from "../../state/sleep";
import type { UserPatch } from "./changes";

/** A user, and the version that a change has to name. */
export interface VersionedUser {
  user: User;
  version: string;
}

/** Loads the newest version of a user. */
export async function loadUser(id: string): Promise<VersionedUser> {
  return versioned(api.GET("/api/v1/users/{user}", { params: { path: { user: id } } }));
}

/** Changes a user unless somebody else did meanwhile. */
export async function changeUser({ user, version }: VersionedUser, patch: UserPatch): Promise<VersionedUser> {
  const params = { path: { user: user.id }, header: { "If-Match": version } };
  return versioned(api.PATCH("/api/v1/users/{user}", { params, body: patch }));
}

async function versioned(
  request: Promise<{ data?: User; error?: unknown; response: Response }>,
): Promise<VersionedUser> {
  const answer = await request;
  const user = await call(Promise.resolve(answer));
  remember([user]);
  // A proxy that compresses makes the tag weak, and a weak one never matches.
  return { user, version: (answer.response.headers.get("etag") ?? "*").replace(/^W\//, "") };
}

/** How often a deletion is repeated after the store did not answer. */
const RETRIES = 5;

/** Deletes a user. A request hands over as many links as fit; the same request continues. */
export async function deleteUser(
  { user, version }: VersionedUser,
  linksTo: string,
  onProgress: (rounds: number) => void,
  stop: AbortSignal,
): Promise<"done" | "stopped"> {
  const params = { path: { user: user.id }, query: { links_to: linksTo }, header: { "If-Match": version } };
  let failures = 0;
  for (let rounds = 0; !stop.aborted; ) {
    try {
      await call(api.DELETE("/api/v1/users/{user}", { params }));
      return "done";
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      // An answer was lost, and the request had been the last one.
      if (error.code === "not_found" && (rounds > 0 || failures > 0)) return "done";
      if (error.code === "budget_exhausted") {
        rounds += 1;
        failures = 0;
        onProgress(rounds);
      } else if (error.code !== "store_unavailable" || ++failures > RETRIES) {
        throw error;
      }
      await sleep(error.retryAfter ?? 0, stop);
    }
  }
  return "stopped";
}
