// Looks at hop's pages in a real browser. It reads what to look at as JSON on standard input, and prints one line of JSON for each check:
// what was checked, and what is wrong with it, if anything.
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { startBrowser } from "./browser.mjs";
import { fillIn } from "./forms.mjs";
import { lookAt } from "./page.mjs";

const plan = JSON.parse(await text(process.stdin));
await mkdir(plan.screenshots, { recursive: true });
const browser = await startBrowser(plan);
const report = (name, wrong) => console.log(JSON.stringify({ name, wrong }));

/** A check that throws has failed; the others go on. */
async function check(name, work) {
  const tab = await browser.newPage();
  try {
    await work(tab);
  } catch (error) {
    report(name, [error.stack]);
  } finally {
    await tab.close();
  }
}

for (const page of plan.pages) {
  await check(page.name, (tab) => lookAt(tab, page, plan.screenshots, report));
}
for (const form of plan.forms) {
  await check(form.name, (tab) => fillIn(tab, form, report));
}
await browser.close();
