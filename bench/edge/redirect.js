// A minimal Worker for short links, to compare with: it looks the link up and redirects.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const cachedLink = await env.LINKS.get(`link/hop.example/${pathname.slice(1)}`, "json");
    if (cachedLink === null) {
      return new Response("Not found", { status: 404 });
    }
    return new Response(null, {
      status: cachedLink.link.spec.redirect_status ?? 302,
      headers: {
        Location: cachedLink.link.target,
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "strict-origin-when-cross-origin",
      },
    });
  },
};
