// How a page looks: screenshots, and what axe finds, in both themes and two widths.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 320, height: 640, deviceScaleFactor: 2 };

export async function photograph({ page, plan }, name) {
  await page.screenshot({ path: join(plan.screenshots, `${name.replaceAll(/\W+/g, "-")}.png`), fullPage: true });
}

/** Looks at the page in both themes and two widths. Returns what is wrong with it. */
export async function look(person, name) {
  const { page } = person;
  const wrong = [];
  try {
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      for (const [width, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
        await page.setViewport(viewport);
        await photograph(person, `${name}-${scheme}-${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) wrong.push(`${name}, ${width}: ${overflow} px wider than the window`);
        for (const violation of await accessibility(page)) wrong.push(`${name}, ${scheme}, ${width}: ${violation}`);
      }
    }
  } finally {
    await page.setViewport(WIDE);
    await page.emulateMediaFeatures([]);
  }
  return wrong;
}

/** What axe finds. The content security policy keeps scripts of others out of the page, so it runs beside the page's own. */
async function accessibility(page) {
  const session = await page.createCDPSession();
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
