// hop as it is built, with visits that hop handles many times. `wrangler dev` takes ten times as long for a request as
// hop does, so tests with a million clicks send few requests. For tests only.
import Hop from "{worker}";
export { Ledger, PasswordHasher } from "{worker}";

export default {
  /** Handles the request as often as `X-Times` says. The response is the last, or the first that is not like the others. */
  async fetch(request, env, context) {
    const handle = () => new Hop(context, env).fetch(request);
    const response = await handle();
    for (let times = Number(request.headers.get("X-Times") ?? 1); times > 1; times -= 1) {
      const next = await handle();
      if (next.status !== response.status) return next;
    }
    return response;
  },
};
