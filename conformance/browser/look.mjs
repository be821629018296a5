// Looks at hop's pages in a real browser. It reads what to look at as JSON on standard input, and prints one line of JSON for each check:
// what was checked, and what is wrong with it, if anything.
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { startBrowser } from "./browser.mjs";
import { travel } from "./journey.mjs";
import { lookAt } from "./page.mjs";

const plan = JSON.parse(await text(process.stdin));
await mkdir(plan.screenshots, { recursive: true });
const browser = await startBrowser(plan);
const report = (name, wrong) => console.log(JSON.stringify({ name, wrong }));

// A browser without a window says so, and is taken for a program.
const PERSON = (await browser.userAgent()).replace("Headless", "");

/** Works as a visitor who was never here. A check that throws has failed; the others go on. */
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
  await check(page.name, page.agent ?? PERSON, (tab) => lookAt(tab, page, plan.screenshots, report));
}
for (const journey of plan.journeys) {
  await check(journey.name, PERSON, (tab) => travel(tab, journey, report));
}
await browser.close();
