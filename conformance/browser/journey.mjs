// What must hold of a way through a link's forms: it is gone by keyboard, its policy lets it lead to another origin, and a password is asked for once.
import { reachForm, send } from "./forms.mjs";

export async function travel(tab, journey, report) {
  const complaints = [];
  const isStatus = (message) => message.text().startsWith("Failed to load resource: the server responded with");
  tab.on("console", (message) => isStatus(message) || complaints.push(`the console says ${message.text()}`));
  tab.on("requestfailed", (request) => complaints.push(`${request.method()} ${request.url()}: ${request.failure().errorText}`));
  await tab.setJavaScriptEnabled(journey.scripts);
  await tab.goto(journey.url);
  // What the browser complained of says why a form leads nowhere.
  await fillIn(tab, journey).catch((error) => complaints.push(error.message));
  report(`${journey.name}: leads on`, [...complaints, ...(tab.url() === journey.arrives ? [] : [`it leads to ${tab.url()}, and not to ${journey.arrives}`])]);
  if (journey.remembered) {
    await tab.goto(journey.url);
    report(`${journey.name}: is remembered`, tab.url() === journey.arrives ? [] : [`it stops at ${tab.url()}, though ${await cookies(tab)} came`]);
  }
}

async function fillIn(tab, journey) {
  for (const text of journey.typed) {
    if (tab.url() !== journey.url) {
      throw new Error(`it is at ${tab.url()} before everything was typed`);
    }
    await reachForm(tab);
    if (text !== "") {
      await tab.keyboard.press("Enter");
      if (!(await tab.evaluate(() => document.activeElement.matches("input:invalid")))) {
        throw new Error(`an empty password leads to ${tab.url()}`);
      }
    }
    await send(tab, text);
  }
}

async function cookies(tab) {
  const names = (await tab.browserContext().cookies()).map((cookie) => cookie.name);
  return names.join(", ") || "no cookie";
}
