// A stub of Workers KV that keeps the salts in memory.
const salts = new Map();

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (request.method === "GET") {
      const salt = salts.get(pathname);
      return new Response(salt ?? null, { status: salt === undefined ? 404 : 200 });
    }
    salts.set(pathname, await request.text());
    return new Response(null);
  },
};
