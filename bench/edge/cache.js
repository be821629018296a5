// A stub of the Cache API's back end: every URL has the same cached link, and puts and deletions are ignored.
const HIT = { headers: { "CF-Cache-Status": "HIT" } };

export default {
  fetch: (request, env) => (request.method === "GET" ? new Response(env.CACHED_LINK, HIT) : accept(request)),
};

// A put sends a whole response as its body and succeeds with 204. A deletion (PURGE) succeeds with 200.
async function accept(request) {
  await request.arrayBuffer();
  return new Response(null, { status: request.method === "PUT" ? 204 : 200 });
}
