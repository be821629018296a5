// Answers in place of hop's, for faults that no real part can be made to show: a proxy, an overloaded store, a cut line.

const PROBLEM = { type: "about:blank", title: "Service Unavailable", status: 503, code: "store_unavailable", detail: "the store did not answer", request_id: "req-of-the-test" };

export const UNAVAILABLE = {
  status: 503,
  contentType: "application/problem+json",
  headers: { "retry-after": "0", "x-request-id": "req-of-the-test" },
  body: JSON.stringify(PROBLEM),
};
export const FROM_A_PROXY = { status: 200, contentType: "text/html", body: "<!doctype html><title>Welcome</title><p>Please accept the terms of this network.</p>" };
export const BAD_GATEWAY = { status: 502, contentType: "text/html", body: "<h1>502 Bad Gateway</h1>" };
export const CUT_OFF = "connectionreset";

/** Whether a request is one of the API. */
export const isOfApi = (request) => new URL(request.url()).pathname.startsWith("/api/");

/**
 * Intercepts requests of the page. `answer` is called with each: a text aborts the request with this error, an object is the
 * answer, a promise delays it, and `undefined` lets hop answer. Returns a function that ends it, and fails if `answer` did.
 */
export async function intercept(page, answer) {
  const failures = [];
  const handle = async (request) => {
    const given = await answer(request);
    const handled = given === undefined ? request.continue() : typeof given === "string" ? request.abort(given) : request.respond(given);
    // A page that is left takes its requests with it.
    await handled.catch(() => {});
  };
  const listener = (request) => {
    handle(request).catch((error) => {
      failures.push(error);
      request.abort().catch(() => {});
    });
  };
  page.on("request", listener);
  await page.setRequestInterception(true);
  return async () => {
    page.off("request", listener);
    await page.setRequestInterception(false);
    if (failures.length > 0) throw failures[0];
  };
}

/** Runs `work` while requests are intercepted. */
export async function during(page, answer, work) {
  const end = await intercept(page, answer);
  try {
    return await work();
  } finally {
    await end();
  }
}

/** Runs `work` while hop gets the requests to these addresses, and the page does not get the answers. Returns their statuses. */
export async function losingAnswers(page, urlPattern, work) {
  const session = await page.createCDPSession();
  const lost = [];
  session.on("Fetch.requestPaused", ({ requestId, responseStatusCode }) => {
    lost.push(responseStatusCode);
    session.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" }).catch(() => {});
  });
  await session.send("Fetch.enable", { patterns: [{ urlPattern, requestStage: "Response" }] });
  try {
    await work();
    return lost;
  } finally {
    await session.detach();
  }
}
