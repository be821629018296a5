// A person with a browser: finds what is on the page by its name, as screen readers do, and notices what goes wrong.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 320, height: 640, deviceScaleFactor: 2 };
/** How long a person waits for something to appear, in milliseconds. */
const PATIENCE = 20_000;

export class Person {
  #wrong = [];
  /** Messages of the console that belong to a step, such as those of requests that fail on purpose. */
  #expected = [];

  static async open(browser, plan) {
    const context = await browser.createBrowserContext();
    await context.overridePermissions(plan.origin, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
    const person = new Person();
    Object.assign(person, { browser, plan, context });
    person.page = await person.newPage();
    return person;
  }

  /** A new tab, whose console and requests are watched. */
  async newPage() {
    const page = await this.context.newPage();
    // hop would take a headless browser for a bot.
    await page.setUserAgent({ userAgent: (await this.browser.userAgent()).replace("Headless", "") });
    await page.setViewport(WIDE);
    page.on("console", (message) => this.#complain(`the console says ${message.text()} (${message.location().url ?? ""})`));
    page.on("pageerror", (error) => this.#complain(`an error: ${error.message}`));
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      const isOwn = [new URL(this.plan.origin).host, new URL(this.plan.target).host].includes(host);
      if (!isOwn && !["data:", "blob:"].includes(protocol)) this.#complain(`a request to ${request.url()}`);
    });
    page.setDefaultTimeout(PATIENCE);
    return page;
  }

  #complain(text) {
    if (!this.#expected.some((part) => text.includes(part))) this.#wrong.push(text);
  }

  /** Runs `work`, during which the console may say these things. */
  async expecting(parts, work) {
    this.#expected = parts;
    try {
      await work();
    } finally {
      this.#expected = [];
    }
  }

  /** What went wrong since the last call. */
  complaints() {
    return this.#wrong.splice(0);
  }

  async visit(address) {
    await this.page.goto(`${this.plan.origin}${address}`);
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

  /** Chooses an option of a list by its text. */
  async choose(name, option) {
    const list = await this.find(name, "combobox").waitHandle();
    const value = await list.evaluate((element, text) => [...element.options].find((one) => one.text === text)?.value, option);
    if (value === undefined) throw new Error(`${name} has no option ${option}`);
    await list.select(value);
  }

  /** Opens a section that is closed. */
  async open(title) {
    const summary = await this.page.locator(`::-p-xpath(//summary[contains(., "${title}")])`).setTimeout(PATIENCE).waitHandle();
    if (!(await summary.evaluate((element) => element.parentElement.open))) await summary.click();
  }

  /** Follows a short link in another tab, and checks where it leads. */
  async follows(address, expected) {
    const tab = await this.newPage();
    await tab.goto(address);
    const reached = tab.url();
    await tab.close();
    if (reached !== expected) throw new Error(`${address} leads to ${reached}, not to ${expected}`);
  }

  /** Types into the field with this label, in place of what is there. */
  async type(label, text) {
    const handle = await this.page.waitForFunction(
      (wanted) => {
        const labelled = [...document.querySelectorAll("label")].filter((one) => one.innerText.trim() === wanted).map((one) => one.control);
        const named = [...document.querySelectorAll("[aria-label]")].filter((one) => one.getAttribute("aria-label") === wanted);
        return [...labelled, ...named].find((one) => one?.matches("input, textarea")) ?? null;
      },
      { timeout: PATIENCE },
      label,
    );
    // As people do who see only half of a field.
    await handle.evaluate((field) => field.scrollIntoView({ block: "center" }));
    await handle.click({ count: 3 });
    await this.page.keyboard.press("Backspace");
    await this.page.keyboard.type(text);
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
      await this.page.waitForFunction(condition, { timeout: patience, polling: 50 }, parameter);
    } catch {
      const shown = await this.page.evaluate(() => document.body.innerText);
      throw new Error(`${what}: not after ${patience / 1000} s. The page shows:\n${shown}`);
    }
  }

  /** Reloads the page, and waits until it shows the list again. */
  async reload() {
    await this.page.reload();
    await this.until("the list is loaded", () => document.querySelector("section[aria-busy=false]") !== null);
  }

  /** Does something again until it returns true, as somebody does who waits for a number. */
  async repeatedly(what, action) {
    const deadline = Date.now() + PATIENCE;
    while (!(await action())) {
      if (Date.now() > deadline) throw new Error(`${what}: not after ${PATIENCE / 1000} s`);
    }
  }

  async textOf(selector) {
    return this.page.$eval(selector, (element) => element.textContent);
  }

  async photograph(name) {
    await this.page.screenshot({ path: join(this.plan.screenshots, `${name.replaceAll(/\W+/g, "-")}.png`), fullPage: true });
  }

  /** Looks at the page in both themes and two widths. Returns what is wrong with it. */
  async look(name) {
    const wrong = [];
    for (const scheme of ["light", "dark"]) {
      await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      for (const [width, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
        await this.page.setViewport(viewport);
        await this.photograph(`${name}-${scheme}-${width}`);
        const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) wrong.push(`${name}, ${width}: ${overflow} px wider than the window`);
        for (const violation of await this.accessibility()) wrong.push(`${name}, ${scheme}, ${width}: ${violation}`);
      }
    }
    await this.page.setViewport(WIDE);
    await this.page.emulateMediaFeatures([]);
    return wrong;
  }

  /** What axe finds. The content security policy keeps scripts of others out of the page, so it runs beside the page's own. */
  async accessibility() {
    const session = await this.page.createCDPSession();
    const { frameTree } = await session.send("Page.getFrameTree");
    const world = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
    const contextId = world.executionContextId;
    await session.send("Runtime.evaluate", { expression: AXE, contextId });
    const run = `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html, any }) => html.slice(0, 160) + " " + any.map(({ message }) => message).join("; ")).join("\\n"))))`;
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression: run, contextId, awaitPromise: true, returnByValue: true });
    await session.detach();
    if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.exception?.description}`);
    return JSON.parse(result.value);
  }
}

/** Fails with what is wrong. */
export function expectNothing(wrong) {
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
