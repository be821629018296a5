// Checks hop's pages in a browser. It reads a plan as JSON from standard input, and prints one line of JSON for each
// check: its name, and what is wrong, if anything.
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { startBrowser } from "./browser.mjs";
import { runJourney } from "./journey.mjs";
import { checkPage } from "./page.mjs";

const plan = JSON.parse(await text(process.stdin));
await mkdir(plan.screenshots, { recursive: true });
const browser = await startBrowser(plan);
const report = (name, wrong) => console.log(JSON.stringify({ name, wrong }));

// hop would take a headless browser for a bot.
const PERSON = (await browser.userAgent()).replace("Headless", "");

/** Runs `work` in a new browser context. If it throws, this check fails and the others continue. */
async function check(name, agent, work) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  await tab.setUserAgent({ userAgent: agent });
  try {
    await work(tab);
  } catch (error) {
    report(name, [error.stack]);
  } finally {
    await context.close();
  }
}

for (const page of plan.pages) {
  await check(page.name, page.agent ?? PERSON, (tab) => checkPage(tab, page, plan.screenshots, report));
}
for (const journey of plan.journeys) {
  await check(journey.name, PERSON, (tab) => runJourney(tab, journey, report));
}
await browser.close();
