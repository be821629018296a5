// A key of a program: created with scopes, shown once, used, revoked.
import { send } from "./http.mjs";
import { expectNothing, expectSame } from "./person.mjs";

export const keySteps = [
  [
    "a key is shown once, works for its scopes, and is revoked",
    async (person, plan) => {
      await person.goTo("#/keys");
      await person.press("New key");
      await person.type("Name", "nightly import");
      await person.press("Create links");
      expectNothing(await person.look("new key"));
      await person.press("Create key");
      await person.sees("Your new key");
      const key = await person.read("Key");
      expectNothing(await person.look("secret of a key"));
      await person.page.keyboard.press("Escape");
      await person.sees("Your new key");
      await person.press("Done");
      await person.sees("create links and change own ones");
      if ((await person.page.content()).includes(key)) throw new Error("the key is shown again");
      expectSame("creating with the key", (await create(plan, key, "by-key")).status, 201);
      const refused = await send(plan, `${plan.origin}/api/v1/users`, { headers: { authorization: `Bearer ${key}` } });
      expectSame("the status beyond the scopes", refused.status, 403);
      await person.show("links");
      await person.sees("by-key");
      await person.goTo("#/keys");
      await person.press("Actions for the key nightly import");
      await person.press("Revoke", "menuitem");
      await person.sees("Programs that use it are refused from now on.");
      await person.press("Revoke");
      await person.sees("1 revoked or expired key is hidden");
      expectSame("creating with the revoked key", (await create(plan, key, "too-late")).status, 401);
      await person.press("Show revoked and expired");
      await person.until("the key is marked as revoked", () => document.querySelector(".key-row .badge.bad")?.textContent === "revoked");
    },
  ],
];

function create(plan, key, alias) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return send(plan, `${plan.origin}/api/v1/links`, { method: "POST", headers, body: JSON.stringify({ target: `${plan.target}/key`, alias }) });
}
