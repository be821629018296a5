// Uses the dashboard of a fresh deployment as a person would. It reads a plan as JSON from standard input, and prints one
// line of JSON for each check: its name, and what is wrong, if anything.
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { startBrowser } from "../browser.mjs";
import { Person } from "./person.mjs";
import { STEPS } from "./steps.mjs";

const plan = JSON.parse(await text(process.stdin));
await mkdir(plan.screenshots, { recursive: true });
const browser = await startBrowser(plan);
const report = (name, wrong) => console.log(JSON.stringify({ name, wrong }));
const person = await Person.open(browser, plan);

for (const [name, step] of STEPS) {
  try {
    await step(person, plan);
    report(name, person.complaints());
  } catch (error) {
    await person.photograph(`failed ${name}`).catch(() => {});
    report(name, [error.stack, ...person.complaints()]);
  }
}
await browser.close();
