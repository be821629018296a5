// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { me } from "../src/state/me";
import { lookUp, namesOf, personName } from "../src/state/people";

const ANN = { id: "usr_1", name: "Ann", email: "ann@example.com" };

afterEach(() => vi.unstubAllGlobals());

describe("the names of users", () => {
  it("are asked for again after a failure", async () => {
    me.value = { user: "usr_0", role: "owner", scopes: ["users:admin"] } as never;
    let status = 500;
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(status === 200 ? ANN : {}), { status }));
    await lookUp(["usr_1"]);
    expect(personName("usr_1")).toBe("usr_1");
    status = 200;
    await lookUp(["usr_1"]);
    expect(personName("usr_1")).toBe("Ann");
    expect(await namesOf(["usr_0", "usr_1"])).toEqual(
      new Map([
        ["usr_0", "you"],
        ["usr_1", "Ann"],
      ]),
    );
  });
});
