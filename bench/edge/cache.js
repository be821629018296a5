// A stub of the Cache API's back end: every URL has the same cached link, and puts and deletions are ignored.
export default {
  async fetch(request, env) {
    if (request.method === "GET") {
      return new Response(env.CACHED_LINK, { headers: { "CF-Cache-Status": "HIT" } });
    }
    // A put sends a whole response as its body and succeeds with 204. A deletion (PURGE) succeeds with 200.
    await request.arrayBuffer();
    return new Response(null, { status: request.method === "PUT" ? 204 : 200 });
  },
};
