// A stub of Workers KV: every key holds the same cached link, and puts are ignored.
export default {
  fetch: (request, env) => new Response(request.method === "GET" ? env.CACHED_LINK : null),
};
