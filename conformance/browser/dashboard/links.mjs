// Creating links, following them, and the list.
import { expectNothing } from "./person.mjs";

export const linkSteps = [
  [
    "a pasted address becomes a short link",
    async (person, { target }) => {
      await person.type("Long address", `${target}/spring`);
      await person.type("Alias", "spring-sale");
      await person.sees("✓ free");
      await person.page.keyboard.press("Enter");
      await person.sees("http://hop.localhost/spring-sale is ready");
      await person.seesNot("No links yet");
    },
  ],
  [
    "a short link is copied with one press",
    async (person) => {
      await person.press("Copy http://hop.localhost/spring-sale");
      await person.sees("Copied http://hop.localhost/spring-sale");
      const copied = await person.page.evaluate(() => navigator.clipboard.readText());
      if (copied !== "http://hop.localhost/spring-sale") throw new Error(`copied ${copied}`);
    },
  ],
  [
    "a taken alias is said to be taken",
    async (person) => {
      await person.type("Alias", "spring-sale");
      await person.sees("taken");
      await person.type("Alias", "");
    },
  ],
  [
    "a wrong address is explained at its field, and kept",
    async (person) => {
      await person.type("Long address", "http://ann:secret@example.com/");
      await person.expecting(["status of 422"], async () => {
        await person.page.focus("[aria-label='Long address']");
        await person.page.keyboard.press("Enter");
        await person.until("the field is marked", () => document.querySelector("[aria-label='Long address'][aria-invalid=true]") !== null);
      });
      await person.reloadKeeping("ann:secret");
      await person.until("the input is kept", () => document.querySelector("[aria-label='Long address']")?.value === "http://ann:secret@example.com/");
      await person.type("Long address", "");
    },
  ],
  [
    "a visit of the link arrives in the list",
    async (person, { target }) => {
      await person.follows("http://hop.localhost/spring-sale", `${target}/spring`);
      await person.repeatedly("the list counts one person", async () => {
        // Not a reload: a session may renew its token only so often.
        await person.show("links");
        return person.page.evaluate(() => document.querySelector(".link-people b")?.textContent === "1");
      });
    },
  ],
  [
    "a deleted link comes back",
    async (person) => {
      await person.press("Actions for spring-sale");
      await person.press("Delete", "menuitem");
      await person.sees("No links yet");
      await person.press("Undo");
      await person.until("the link is in the list", () => document.querySelector(".link-rows")?.innerText.includes("spring-sale"));
    },
  ],
  [
    "hostile and long text stays text",
    async (person, { target }) => {
      await person.page.evaluate(
        async (rows) => {
          const send = (path, body, token) =>
            fetch(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) } }).then((answer) => answer.json());
          const { access_token: token } = await send("/api/v1/token", {});
          for (const link of rows) await send("/api/v1/links", link, token);
        },
        [
          { target: `${target}/${"a".repeat(7_000)}`, alias: `long-${"b".repeat(100)}`, title: "<img src=x onerror=alert(1)>" },
          { target: `${target}/rtl`, alias: "שלום", title: "שלום עולם", tags: ["x"] },
          { target: `${target}/off`, alias: "off", disabled: true },
        ],
      );
      await person.reload();
      await person.sees("<img src=x onerror=alert(1)>");
      expectNothing(await person.look("list"));
    },
  ],
];
