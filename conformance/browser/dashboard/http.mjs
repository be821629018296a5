// Requests without a browser, as programs and other visitors send them.
import { request } from "node:http";
import { PATIENCE } from "./witness.mjs";

/** Sends a request to a host of the plan. Returns the status, the headers and the body as text. */
export function send({ hosts }, address, { method = "GET", headers = {}, body, from } = {}) {
  const url = new URL(address);
  const [hostname, port] = hosts[url.host].split(":");
  const path = `${url.pathname}${url.search}`;
  const signal = AbortSignal.timeout(PATIENCE);
  const options = { hostname, port, path, method, headers: { host: url.host, ...headers }, localAddress: from, signal };
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
