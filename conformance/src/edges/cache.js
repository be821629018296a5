// hop as it is built. The tests can also use its cache, and take the database away from a request. For tests only.
import Hop from "{worker}";
export { Ledger, PasswordHasher } from "{worker}";

/** A database that does not answer. hop checks the class name of a binding. */
class D1Database {
  constructor(answer) {
    this.raw = this.run = this.batch = answer;
  }

  withSession = () => this;
  prepare = () => this;
  bind = () => this;
}

const DATABASES = {
  fails: new D1Database(async () => {
    throw new Error("the database is away");
  }),
  hangs: new D1Database(() => new Promise(() => {})),
};

/** Reads or writes the entry of `url`, as the method says. */
async function useCache(url, request) {
  const cache = await caches.open("{cache}");
  switch (request.method) {
    case "GET":
      return (await cache.match(url)) ?? new Response(null, { status: 404 });
    case "PUT":
      await cache.put(url, new Response(await request.text(), { headers: { "Cache-Control": "max-age=86400" } }));
      return new Response(null, { status: 204 });
    default:
      return new Response(null, { status: 405 });
  }
}

export default {
  async fetch(request, env, context) {
    // Without the scheme, because `wrangler dev` replaces the origin in headers.
    const entry = request.headers.get("X-Cache-Entry");
    if (entry) return useCache(`https://${entry}`, request);
    const database = DATABASES[request.headers.get("X-Database")] ?? env.DB;
    return new Hop(context, Object.assign(Object.create(env), { DB: database })).fetch(request);
  },
};
