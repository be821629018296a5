// A person with a browser: finds what is on the page by its name, as screen readers do, and notices what goes wrong.
import { setTimeout as pause } from "node:timers/promises";
import { look, photograph } from "./look.mjs";
import { PATIENCE, Witness } from "./witness.mjs";

/** How often a condition is looked at again, in milliseconds. */
const POLLING = 50;

export class Person extends Witness {
  async visit(address) {
    await this.page.goto(`${this.plan.origin}${address}`, { waitUntil: "domcontentloaded" });
  }

  /** Another address of the same page. */
  async goTo(hash) {
    await this.page.evaluate((address) => {
      location.hash = address;
    }, hash);
  }

  /** What has this accessible name. Buttons may have more in it, such as a key: `isPart`. */
  find(name, role, isPart = false) {
    const escaped = name.replaceAll('"', '\\"');
    const selector = isPart ? `::-p-xpath(//${role}[contains(., "${name}")])` : `::-p-aria([name="${escaped}"]${role ? `[role="${role}"]` : ""})`;
    return this.page.locator(selector).setTimeout(PATIENCE);
  }

  async press(name, role = "button", { isPart = false } = {}) {
    await this.find(name, role, isPart).click();
  }

  /** Chooses an option of a list by its text. A page that loads may draw the list again, so each try finds it anew. */
  async choose(name, option) {
    await this.repeatedly(`${name} has the option ${option}`, async () => {
      const list = await this.find(name, "combobox").waitHandle();
      const find = (element, text) => (element.isConnected ? [...element.options].find((one) => one.text === text)?.value : undefined);
      const value = await list.evaluate(find, option);
      return value !== undefined && (await list.select(value)).length > 0;
    });
  }

  /** Opens a section that is closed. */
  async open(title) {
    const summary = this.page.locator(`::-p-xpath(//summary[contains(., "${title}")])`).setTimeout(PATIENCE);
    await this.repeatedly(`${title} is open`, async () => {
      const isOpen = await summary.map((element) => element.parentElement.open).wait();
      if (!isOpen) await summary.click();
      return isOpen;
    });
  }

  /** Follows a short link in another tab, and checks where it leads. */
  async follows(address, expected) {
    const tab = await this.newPage();
    await tab.goto(address, { waitUntil: "domcontentloaded" });
    const reached = tab.url();
    await tab.close();
    if (reached !== expected) throw new Error(`${address} leads to ${reached}, not to ${expected}`);
  }

  /** The field with this label. */
  async field(label) {
    return this.page.waitForFunction(
      (wanted) => {
        const labelled = [...document.querySelectorAll("label")].filter((one) => one.innerText.trim() === wanted).map((one) => one.control);
        const named = [...document.querySelectorAll("[aria-label]")].filter((one) => one.getAttribute("aria-label") === wanted);
        return [...labelled, ...named].find((one) => one?.matches("input, textarea")) ?? null;
      },
      { timeout: PATIENCE },
      label,
    );
  }

  /**
   * Types into the field with this label, in place of what is there. A page that was just drawn may still move, or put the
   * focus elsewhere. People see that, and type again.
   */
  async type(label, text) {
    await this.repeatedly(`${label} is typed`, async () => {
      const field = await this.field(label);
      // As people do who see only half of a field.
      await field.evaluate((one) => one.scrollIntoView({ block: "center" }));
      await field.asLocator().setTimeout(PATIENCE).click();
      await field.evaluate((one) => one.select());
      // In an empty field of chips it would remove the last one.
      if (await field.evaluate((one) => one.value !== "")) await this.page.keyboard.press("Backspace");
      await this.page.keyboard.type(text);
      return field.evaluate((one, typed) => one.value === typed, text);
    });
  }

  /** What the field with this label has. */
  async read(label) {
    return (await this.field(label)).evaluate((one) => one.value);
  }

  /** Waits until the page shows this text. */
  async sees(text, patience = PATIENCE) {
    await this.until(`the page shows ${JSON.stringify(text)}`, (wanted) => document.body.innerText.includes(wanted), text, patience);
  }

  async seesNot(text) {
    await this.until(`the page does not show ${JSON.stringify(text)}`, (wanted) => !document.body.innerText.includes(wanted), text);
  }

  /** Waits until a condition holds in the page. */
  async until(what, condition, parameter = null, patience = PATIENCE) {
    try {
      await this.page.waitForFunction(condition, { timeout: patience, polling: POLLING }, parameter);
    } catch {
      const shown = await this.page.evaluate(() => document.body.innerText);
      throw new Error(`${what}: not after ${patience / 1000} s. The page shows:\n${shown}`);
    }
  }

  /** Reloads the page, once what is typed is kept. */
  async reloadKeeping(...typed) {
    await this.until("the draft is stored", (parts) => parts.every((part) => Object.values({ ...sessionStorage }).some((draft) => draft.includes(part))), typed);
    await this.page.reload({ waitUntil: "domcontentloaded" });
  }

  /** Opens a view anew, as somebody does who comes back to it, and waits until nothing of it is loading. */
  async show(view) {
    await this.goTo("#/about");
    await this.until("another view is shown", () => document.querySelector("main h1")?.textContent === "About hop");
    await this.goTo(`#/${view}`);
    await this.until("the view is there", () => ![undefined, "About hop"].includes(document.querySelector("main h1")?.textContent));
    await this.isLoaded();
  }

  /** Waits until the view is there and nothing of it is loading. */
  async isLoaded() {
    await this.until("the view is loaded", () => document.querySelector("main [aria-busy=true], main .skeleton") === null);
  }

  /** Reloads the page, and waits until it shows the list again. */
  async reload() {
    await this.page.reload({ waitUntil: "domcontentloaded" });
    await this.until("the list is loaded", () => document.querySelector("section[aria-busy=false]") !== null);
  }

  /** Does something again until it returns true, as somebody does who waits for a number. */
  async repeatedly(what, action) {
    const deadline = Date.now() + PATIENCE;
    while (!(await action())) {
      if (Date.now() > deadline) throw new Error(`${what}: not after ${PATIENCE / 1000} s`);
      await pause(POLLING);
    }
  }

  photograph(name) {
    return photograph(this, name);
  }

  look(name) {
    return look(this, name);
  }
}

/** Fails with what is wrong. */
export function expectNothing(wrong) {
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

/** Fails unless both are the same. */
export function expectSame(what, found, expected) {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: expected ${other}, found ${one}`);
}
