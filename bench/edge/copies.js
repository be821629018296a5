// Workers KV as hop asks it: every key holds the same copy, and whatever is put is lost.
export default {
  fetch: (request, env) => new Response(request.method === "GET" ? env.COPY : null),
};
