// What goes wrong: a session that ended, no connection; and the keyboard alone.
import { OWNER } from "./start.mjs";

export const troubleSteps = [
  [
    "a session that ended elsewhere loses nothing",
    async (person, { target }) => {
      await person.goTo("#/links");
      await person.type("Long address", `${target}/after-the-session`);
      await person.page.evaluate(async () => {
        const headers = { "content-type": "application/json" };
        await fetch("/api/v1/logout", { method: "POST", body: JSON.stringify({ everywhere: true }), headers });
      });
      await person.expecting(["status of 401"], async () => {
        await person.page.focus("[aria-label='Long address']");
        await person.page.keyboard.press("Enter");
        await person.sees("Your session has ended");
        await person.type("Password", OWNER.password);
        await person.page.keyboard.press("Enter");
        await person.sees("is ready");
      });
      await person.sees("/after-the-session");
    },
  ],
  [
    "without a connection the page says so, and keeps what was typed",
    async (person, { target }) => {
      await person.expecting(["ERR_INTERNET_DISCONNECTED"], async () => {
        await person.page.setOfflineMode(true);
        await person.type("Long address", `${target}/later`);
        await person.page.keyboard.press("Enter");
        await person.sees("No connection");
        // The browser says that at once. The request fails a moment later, and says so in the console as well.
        await person.sees("What you typed is still here");
        await person.page.setOfflineMode(false);
      });
      await person.page.focus("[aria-label='Long address']");
      await person.page.keyboard.press("Enter");
      await person.sees("/later");
      await person.seesNot("No connection");
    },
  ],
  [
    "the keyboard alone creates, opens and leaves a link",
    async (person, { target }) => {
      const { keyboard } = person.page;
      await person.page.evaluate(() => document.activeElement?.blur());
      await keyboard.press("c");
      await keyboard.type(`${target}/keys`);
      await keyboard.press("Tab");
      await keyboard.type("keys");
      await person.sees("✓ free");
      await keyboard.press("Enter");
      await person.sees("http://hop.localhost/keys is ready");
      await person.page.evaluate(() => document.activeElement?.blur());
      await keyboard.press("ArrowDown");
      await person.until("the first row has the focus", () => document.activeElement?.textContent?.includes("keys"));
      await keyboard.press("Enter");
      await person.until("the link is shown", () => document.querySelector("h1")?.textContent?.includes("keys"));
      await person.sees("No clicks yet");
      await keyboard.press("q");
      await person.until("the dialog is open", () => document.querySelector("dialog[open] img") !== null);
      await keyboard.press("Escape");
      await person.until("the dialog is closed", () => document.querySelector("dialog[open]") === null);
      await keyboard.press("Escape");
      await person.until("the list is shown", () => location.hash.startsWith("#/links"));
      await keyboard.press("?");
      await person.sees("Move in a list");
      await keyboard.press("Escape");
      await person.until("the help is closed", () => document.querySelector("dialog[open]") === null);
    },
  ],
];
