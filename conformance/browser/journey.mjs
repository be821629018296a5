// Goes through the forms of a link by keyboard. The policy must allow the redirect to another origin, and a password is
// asked for once.
import { reachForm, send } from "./forms.mjs";

export async function runJourney(tab, journey, report) {
  const complaints = [];
  const isStatus = (message) => message.text().startsWith("Failed to load resource: the server responded with");
  tab.on("console", (message) => isStatus(message) || complaints.push(`the console says ${message.text()}`));
  tab.on("requestfailed", (request) => complaints.push(`${request.method()} ${request.url()}: ${request.failure().errorText}`));
  await tab.setJavaScriptEnabled(journey.scripts);
  await tab.goto(journey.url);
  // The complaints of the browser explain why a form failed.
  await fillIn(tab, journey).catch((error) => complaints.push(error.message));
  report(`${journey.name}: reaches its target`, [...complaints, ...(tab.url() === journey.arrives ? [] : [`expected ${journey.arrives}, found ${tab.url()}`])]);
  if (journey.remembered) {
    await tab.goto(journey.url);
    report(`${journey.name}: is remembered`, tab.url() === journey.arrives ? [] : [`it stops at ${tab.url()}, with ${await cookies(tab)}`]);
  }
}

async function fillIn(tab, journey) {
  for (const text of journey.typed) {
    if (tab.url() !== journey.url) {
      throw new Error(`it is at ${tab.url()} before all forms were sent`);
    }
    await reachForm(tab);
    if (text !== "") {
      await tab.keyboard.press("Enter");
      if (!(await tab.evaluate(() => document.activeElement.matches("input:invalid")))) {
        throw new Error(`an empty password was sent, to ${tab.url()}`);
      }
    }
    await send(tab, text);
  }
}

async function cookies(tab) {
  const names = (await tab.browserContext().cookies()).map((cookie) => cookie.name);
  return names.join(", ") || "no cookie";
}
