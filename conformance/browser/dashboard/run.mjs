// Uses the dashboard of a fresh deployment as a person would. It reads a plan as JSON from standard input, and prints one
// line of JSON for each check: its name, what is wrong, if anything, and pictures that somebody has to decode.
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { startBrowser } from "../browser.mjs";
import { Person } from "./person.mjs";
import { STEPS } from "./steps.mjs";

/** After so many failures one after the other, the rest would only wait in vain. */
const MOST_FAILURES = 3;

const plan = JSON.parse(await text(process.stdin));
await mkdir(plan.screenshots, { recursive: true });
const browser = await startBrowser(plan);
const report = (name, wrong, pictures = []) => console.log(JSON.stringify({ name, wrong, pictures }));
const person = await Person.open(browser, plan);
let failures = 0;

for (const [name, step, { edge = plan.edge } = {}] of STEPS) {
  if (edge !== plan.edge) continue;
  if (failures === MOST_FAILURES) {
    report(name, ["not tried, because the steps before have failed"]);
    continue;
  }
  try {
    const pictures = await step(person, plan);
    const wrong = person.complaints();
    failures = wrong.length === 0 ? 0 : failures + 1;
    report(name, wrong, pictures);
  } catch (error) {
    failures += 1;
    await person.photograph(`failed ${name}`).catch(() => {});
    report(name, [error.stack, ...person.complaints()]);
  }
}
await browser.close();
