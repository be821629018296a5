import { describe, expect, it } from "vitest";
import { sleep } from "../src/state/sleep";

describe("a wait", () => {
  it("ends at once when it is aborted", async () => {
    const stop = new AbortController();
    const wait = sleep(3_600, stop.signal);
    stop.abort();
    await expect(wait).resolves.toBeUndefined();
    await expect(sleep(3_600, stop.signal)).resolves.toBeUndefined();
  });

  it("ends by itself", async () => {
    await expect(sleep(0.001, new AbortController().signal)).resolves.toBeUndefined();
  });
});
