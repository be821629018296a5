// A stub of Workers KV: the salt of every day was made yesterday, so it is used for unique visitors, and puts are
// ignored.
const A_DAY = 24 * 60 * 60 * 1_000;

export default {
  fetch(request) {
    const salt = { v: 1, salt: "YS1zYWx0LXRoYXQtb25seS1iZW5jaG1hcmtzLWtub3c", made_at: Date.now() - A_DAY };
    return new Response(request.method === "GET" ? JSON.stringify(salt) : null);
  },
};
