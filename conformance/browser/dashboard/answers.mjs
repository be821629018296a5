// Wrong answers of the API, or none: each view says so and offers to try again, and nothing typed is lost. The edge has no
// part in it, so one is enough.
import { BAD_GATEWAY, CUT_OFF, during, FROM_A_PROXY, isOfApi, losingAnswers, UNAVAILABLE } from "./faults.mjs";
import { expectSame } from "./person.mjs";
import { VIEWS } from "./views.mjs";

/** The views that ask the API when they are opened, with their headings. */
const ASKING = Object.entries(VIEWS).filter(([view]) => !["transfer", "about", "nothing"].includes(view));

const FAULTS = [
  ["the store does not answer", UNAVAILABLE, "status of 503", /did not answer|do not answer/],
  ["a proxy answers with a page", FROM_A_PROXY, null, /could not be read/],
  ["a proxy answers with an error", BAD_GATEWAY, "status of 502", /could not be read/],
  ["the line is cut", CUT_OFF, "ERR_CONNECTION_RESET", /No connection/],
];

const viewSteps = FAULTS.map(([name, answer, message, words]) => [
  `every view says that ${name}, and tries again`,
  async (person) => {
    for (const [view, heading] of ASKING) {
      await person.goTo("#/about");
      await person.sees("What you can rely on here");
      await person.expecting(message === null ? [] : [message], async () => {
        await during(person.page, (request) => (isOfApi(request) ? answer : undefined), async () => {
          await person.goTo(`#/${view}`);
          await person.until(`${view} says that ${name}`, (source) => new RegExp(source).test(document.querySelector("main [role=alert]")?.innerText ?? ""), words.source);
        });
        await person.press("Try again");
        await person.until(
          `${view} is loaded`,
          (title) => document.querySelector("main h1")?.innerText.includes(title) && document.querySelector("main [role=alert], main [aria-busy=true], main .skeleton") === null,
          heading,
        );
      });
    }
  },
  { edge: "workerd" },
]);

export const answerSteps = [
  ...viewSteps,
  [
    "a slow answer shows its place, and the page can be used meanwhile",
    async (person, { target }) => {
      const { promise: opened, resolve: open } = Promise.withResolvers();
      await during(person.page, (request) => (isOfApi(request) && request.method() === "GET" ? opened : undefined), async () => {
        await person.goTo("#/links");
        await person.until("the list shows where it will be", () => document.querySelector(".list-card[aria-busy=true] .skeleton") !== null);
        await person.type("Long address", `${target}/slow`);
        open();
        await person.isLoaded();
      });
      expectSame("what was typed", await person.read("Long address"), `${target}/slow`);
      await person.type("Long address", "");
    },
    { edge: "workerd" },
  ],
  [
    "no answer for 30 seconds is said, and what was typed is sent again",
    async (person, { target }) => {
      await person.type("Long address", `${target}/never`);
      const never = new Promise(() => {});
      await during(person.page, (request) => (request.method() === "POST" ? never : undefined), async () => {
        // The page's 30 seconds take one.
        const usual = await person.page.evaluateHandle(() => {
          const { timeout } = AbortSignal;
          AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 30);
          return timeout;
        });
        try {
          await person.page.keyboard.press("Enter");
          await person.sees("hop did not answer in 30 seconds.");
        } finally {
          await usual.evaluate((timeout) => {
            AbortSignal.timeout = timeout;
          });
        }
      });
      await again(person);
      await person.sees(`${target}/never`);
    },
    { edge: "workerd" },
  ],
  [
    "an answer that is lost creates no second link",
    async (person, { target }) => {
      let name = "";
      let lost = [];
      // On a busy machine Chromium may let an answer through just after it was told to hold answers.
      for (let tries = 1; lost.length === 0 && tries <= 3; tries += 1) {
        name = `lost-answer-${tries}`;
        await person.goTo("#/links");
        await person.type("Long address", `${target}/${name}`);
        lost = await person.expecting(["ERR_CONNECTION_RESET"], () =>
          losingAnswers(person.page, "*/api/v1/links", async () => {
            await person.page.keyboard.press("Enter");
            await person.until(
              "the request has ended",
              () => document.body.innerText.includes("What you typed is still here") || document.querySelector("[aria-label='Long address']")?.value === "",
            );
          }),
        );
      }
      expectSame("the statuses that were lost", lost, [201]);
      await person.sees("What you typed is still here");
      await again(person);
      await person.show(`links?q=${name}`);
      await person.sees("1 link");
    },
  ],
  [
    "a page that is opened while hop does not answer can be tried again",
    async (person) => {
      let fails = true;
      const answer = (request) => (fails && isOfApi(request) ? UNAVAILABLE : undefined);
      await person.inAnotherTab(async () => {
        await person.expecting(["status of 503"], () =>
          during(person.page, answer, async () => {
            await person.visit("/app/#/tags");
            await person.sees("The store did not answer");
            fails = false;
            await person.press("Try again");
            await person.until("the tags are shown", () => document.querySelector("main h1")?.textContent === "Tags");
          }),
        );
      });
    },
    { edge: "workerd" },
  ],
];

/** Sends the card that creates a link once more, and waits until it is done. */
async function again(person) {
  await person.page.focus("[aria-label='Long address']");
  await person.page.keyboard.press("Enter");
  await person.until("the link is created", () => document.querySelector("[aria-label='Long address']")?.value === "");
}
