// The checks of every page, in light and dark, wide and narrow.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fillIn, reachForm, send } from "./forms.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640, deviceScaleFactor: 2 };
const VIEWS = [
  { name: "light", viewport: WIDE, scheme: "light" },
  { name: "dark", viewport: WIDE, scheme: "dark" },
  { name: "narrow", viewport: NARROW, scheme: "light" },
];
/** The least height of what a finger presses, in pixels. */
const LEAST_HEIGHT = 44;
/** How often a form is sent until the status is right. It is more often than hop takes a password. */
const TRIES = 125;

export async function checkPage(tab, page, screenshots, report) {
  const { requests, complaints } = listen(tab, page);
  await tab.setViewport(WIDE);
  const response = await open(tab, page);
  const wrong = tab.url() === page.lands ? [] : [`expected ${page.lands}, found ${tab.url()}`];
  if (response.status() !== page.status) {
    wrong.push(`expected the status ${page.status}, found ${response.status()}`);
  }
  const shown = await tab.evaluate(() => document.body.innerText);
  if (await tab.evaluate(() => document.scripts.length > 0)) {
    wrong.push("it has a script");
  }
  for (const part of page.says) {
    if (!shown.includes(part)) {
      wrong.push(`the text ${JSON.stringify(part)} is missing: ${shown}`);
    }
  }
  report(`${page.name}: response`, wrong);

  for (const view of VIEWS) {
    await tab.setViewport(view.viewport);
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.scheme }]);
    report(`${page.name}: ${view.name}`, [...(await accessibility(tab)), ...(await tab.evaluate(layout, LEAST_HEIGHT)), ...(await colorScheme(tab, view))]);
    await tab.screenshot({ path: join(screenshots, `${page.name}-${view.name}.png`), fullPage: true });
  }
  report(`${page.name}: keyboard`, await focus(tab));
  report(`${page.name}: quiet`, [...complaints, ...requests.filter((url) => url !== page.url && url !== page.lands).map((url) => `it loads ${url}`)]);

  await tab.setJavaScriptEnabled(false);
  await open(tab, page);
  const without = await tab.evaluate(() => document.body.innerText);
  report(`${page.name}: without JavaScript`, stable(without) === stable(shown) ? [] : [`the text differs: ${without}`]);
}

/** The text of a page without the number of a report, which is another one each time. */
function stable(text) {
  return text.replace(/rep_\w+/g, "rep_");
}

/** Opens the page, and sends its form if the page is the response to one. */
async function open(tab, page) {
  let response = await tab.goto(page.url);
  if (page.fields !== undefined) {
    return fillIn(tab, page.fields);
  }
  for (let tries = 0; page.typed !== undefined && response.status() !== page.status && tries < TRIES; tries += 1) {
    await reachForm(tab);
    response = await send(tab, page.typed);
  }
  return response;
}

/** Records the requests of the page and the complaints of the browser. */
function listen(tab, page) {
  const requests = [];
  const complaints = [];
  // The console reports the status of pages that are 404 on purpose.
  const isStatus = (message) => [page.url, page.lands].includes(message.location().url) && message.text().startsWith("Failed to load resource: the server responded with");
  tab.on("request", (request) => requests.push(request.url()));
  tab.on("console", (message) => isStatus(message) || complaints.push(`the console says ${message.text()}`));
  tab.on("pageerror", (error) => complaints.push(`a script failed: ${error}`));
  return { requests, complaints };
}

/** The findings of axe, which is injected through the debugger, past the policy of the page. */
async function accessibility(tab) {
  await tab.evaluate(AXE);
  const results = await tab.evaluate((values) => axe.run({ runOnly: { type: "tag", values }, preload: false, resultTypes: ["violations", "incomplete"] }), RULES);
  const describe = (rule) => rule.nodes.map((node) => `${rule.id}: ${node.failureSummary} ${node.html}`);
  return [...results.violations, ...results.incomplete].flatMap(describe);
}

/** Runs in the page: nothing is cut off, and everything to press is large enough. */
function layout(least) {
  const wrong = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    wrong.push(`the page is ${scrollWidth} wide, the window ${clientWidth}`);
  }
  for (const element of document.querySelectorAll("a, button, input, select, textarea")) {
    const { height } = element.getBoundingClientRect();
    if (height < least) {
      wrong.push(`${element.outerHTML} is ${height} high`);
    }
  }
  return wrong;
}

/** The background has the requested colour scheme, so the style sheet is applied. */
async function colorScheme(tab, view) {
  const ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = Math.max(...ground.match(/\d+/g).slice(0, 3).map(Number));
  const fits = view.scheme === "dark" ? light < 64 : light > 192;
  return fits && ground.startsWith("rgb(") ? [] : [`the background is ${ground}`];
}

/** Every link, button and field is reached with Tab, and shows its focus. */
async function focus(tab) {
  const wrong = [];
  const count = await tab.evaluate(() => document.querySelectorAll("a, button, input, select, textarea").length);
  for (let number = 0; number < count; number += 1) {
    await tab.keyboard.press("Tab");
    const complaint = await tab.evaluate((number) => {
      const wanted = document.querySelectorAll("a, button, input, select, textarea")[number];
      if (document.activeElement !== wanted) {
        return `${wanted.outerHTML} is not reached in order`;
      }
      const { outlineStyle, outlineWidth } = getComputedStyle(wanted);
      return outlineStyle === "none" || parseFloat(outlineWidth) < 2 ? `the focus of ${wanted.outerHTML} is not visible` : null;
    }, number);
    if (complaint) {
      wrong.push(complaint);
    }
  }
  return wrong;
}
