// What somebody writes who needs one short link and no product: look it up, go there.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const copy = await env.COPIES.get(`link/hop.example/${pathname.slice(1)}`, "json");
    if (copy === null) {
      return new Response("Not found", { status: 404 });
    }
    return new Response(null, {
      status: copy.link.spec.redirect_status ?? 302,
      headers: {
        Location: copy.link.target,
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "strict-origin-when-cross-origin",
      },
    });
  },
};
