// Browsers that forbid storage or have no room for it, and clocks that are wrong by a day.
import { expectSame } from "./person.mjs";

const DAY = 24 * 60 * 60 * 1000;

/** What the browser does, before a page of it runs anything. */
const STORAGES = {
  "forbids storage": () => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
    }
  },
  "has no room for storage": () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
  },
};

const storageSteps = Object.entries(STORAGES).map(([name, forbid]) => [
  `the dashboard works in a browser that ${name}`,
  async (person, { target }) => {
    const prepare = (page) => page.evaluateOnNewDocument(forbid);
    await person.inAnotherTab(async () => {
      const address = `${target}/${name.replaceAll(" ", "-")}`;
      await person.visit("/app/#/links");
      await person.type("Long address", address);
      await person.page.keyboard.press("Enter");
      await person.until("the link is in the list", (wanted) => document.querySelector(".link-rows")?.innerText.includes(wanted), address);
      await person.show("new");
      await person.type("Target", `${address}/2`);
      await person.press("Create link", "button", { isPart: true });
      await person.until("the link is shown", () => location.hash.startsWith("#/link/"));
      await person.sees("No clicks yet");
      await person.press("QR code", "button", { isPart: true });
      await person.until("the code is drawn", () => document.querySelector("dialog img") !== null);
      await person.choose("Error correction", "Highest (30 %)");
      await person.page.keyboard.press("Escape");
    }, prepare);
  },
  // The edge has no part in it.
  { edge: "workerd" },
]);

/** A clock that is wrong by some milliseconds. */
const setClock = (wrong) => {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) {
      if (given.length === 0) super(Right.now() + wrong);
      else super(...given);
    }

    static now() {
      return Right.now() + wrong;
    }
  };
};

const clockSteps = [
  ["a day slow", -DAY],
  ["a day fast", DAY],
].map(([name, wrong]) => [
  `times are right, and nobody is signed out, where the clock is ${name}`,
  async (person, { target }) => {
    let renewals = 0;
    const prepare = async (page) => {
      await page.evaluateOnNewDocument(setClock, wrong);
      page.on("request", (request) => {
        if (request.url().endsWith("/api/v1/token")) renewals += 1;
      });
    };
    await person.inAnotherTab(async () => {
      const alias = name.replaceAll(" ", "-");
      await person.visit("/app/#/links");
      await person.type("Long address", `${target}/${alias}`);
      await person.type("Alias", alias);
      await person.page.keyboard.press("Enter");
      await person.until("the link is new", (wanted) => /just now|in a moment|\b\d+ ?min\b/.test(document.querySelector(`[aria-label="Select ${wanted}"]`)?.closest("li").querySelector(".link-when").textContent ?? ""), alias);
      await Promise.all([
        person.page.waitForResponse((answer) => new URL(answer.url()).searchParams.has("created_from")),
        person.choose("Created", "In the last 1 day"),
      ]);
      await person.isLoaded();
      await person.until("the link is among those of the last day", (wanted) => document.querySelector(`[aria-label="Select ${wanted}"]`) !== null, alias);
      // The bars end with this day, so the clicks of the other steps are in it.
      await person.goTo("#/link/hop.localhost/spring-sale?period=day");
      await person.until("the people of today are counted", () => document.querySelector(".numbers b")?.textContent === "3");
      await person.page.reload({ waitUntil: "domcontentloaded" });
      await person.until("the people of today are counted", () => document.querySelector(".numbers b")?.textContent === "3");
      expectSame("renewals of the session in two loads", renewals, 2);
    }, prepare);
  },
  // The local workerd sends no `Date`, as Cloudflare does.
  { edge: "viceroy" },
]);

export const browserSteps = [...storageSteps, ...clockSteps];
