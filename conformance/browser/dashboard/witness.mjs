// Notices what goes wrong in the tabs of a browser: messages of the console, errors, and requests to other hosts.
import { photograph, WIDE } from "./look.mjs";

/** How long a person waits for something to appear, in milliseconds. A busy machine may take long. */
export const PATIENCE = 45_000;

export class Witness {
  /** What went wrong, and messages of the console that belong to a step, such as those of requests that fail on purpose. */
  #console = { wrong: [], expected: [] };

  constructor(browser, plan, context, beside) {
    Object.assign(this, { browser, plan, context });
    if (beside !== null) this.#console = beside.#console;
  }

  /** A browser of its own, with one tab. What goes wrong in it is noticed with what goes wrong `beside` it. */
  static async open(browser, plan, beside = null) {
    const context = await browser.createBrowserContext();
    await context.overridePermissions(plan.origin, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
    const witness = new this(browser, plan, context, beside);
    witness.page = await witness.newPage();
    return witness;
  }

  /** A new tab, whose console and requests are watched. */
  async newPage() {
    const page = await this.context.newPage();
    // hop would take a headless browser for a bot.
    await page.setUserAgent({ userAgent: (await this.browser.userAgent()).replace("Headless", "") });
    await page.setViewport(WIDE);
    // A week has 168 hours only where no clock is changed.
    await page.emulateTimezone("UTC");
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

  /** Somebody else with a browser of their own, for the time of `work`. */
  async withAnother(work) {
    const other = await this.constructor.open(this.browser, this.plan, this);
    try {
      return await work(other);
    } catch (error) {
      await photograph(other, "failed, the other person").catch(() => {});
      throw error;
    } finally {
      await other.context.close();
    }
  }

  /** Works in another tab, and returns to this one. `prepare` is run before the tab loads anything. */
  async inAnotherTab(work, prepare = async () => {}) {
    const first = this.page;
    const tab = await this.newPage();
    this.page = tab;
    try {
      await prepare(tab);
      return await work(first);
    } catch (error) {
      await photograph(this, "failed, the other tab").catch(() => {});
      throw error;
    } finally {
      // The work may have turned to the first tab.
      this.page = first;
      await tab.close();
      await first.bringToFront();
    }
  }

  #complain(text) {
    const { wrong, expected } = this.#console;
    if (!expected.some((part) => text.includes(part))) wrong.push(text);
  }

  /** Runs `work`, during which the console may say these things. */
  async expecting(parts, work) {
    this.#console.expected = parts;
    try {
      return await work();
    } finally {
      this.#console.expected = [];
    }
  }

  /** What went wrong since the last call. */
  complaints() {
    return this.#console.wrong.splice(0);
  }
}
