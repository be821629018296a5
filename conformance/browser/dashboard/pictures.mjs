// Takes the README's pictures of the dashboard. `cargo xtask serve --example-data` has to run, and prints the arguments:
//   HOP_BROWSER=… node conformance/browser/dashboard/pictures.mjs http://127.0.0.1:8787 <e-mail> <password>
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBrowser } from "../browser.mjs";

const [origin, email, password] = process.argv.slice(2);
const { host, hostname } = new URL(origin);
const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const SIZE = { width: 1200, height: 800 };
const READY = "main h1:not(:empty)";
const LOADING = "main [aria-busy=true], main .skeleton, main .chart:not(:has(canvas))";

const browser = await startBrowser({
  program: process.env.HOP_BROWSER,
  hosts: { [hostname]: host },
  folder: await mkdtemp(join(tmpdir(), "hop-pictures-")),
});
try {
  const page = await browser.newPage();
  await page.setViewport(SIZE);
  await page.goto(`${origin}/app/`);
  await page.locator("::-p-aria(E-mail)").fill(email);
  await page.locator("::-p-aria(Password)").fill(password);
  await page.locator('::-p-aria([name="Sign in"][role="button"])').click();
  await page.waitForSelector(".link-rows");
  await photograph(page, "dashboard-overview", "overview", "dark");
  const busiest = await page.$eval("main a.top-link", (link) => link.getAttribute("href").split("#/")[1]);
  await photograph(page, "dashboard-link", busiest, "light");
  await photograph(page, "dashboard-links", "links?tag=campaign", "light");
} finally {
  await browser.close();
}

/** Opens a view, waits until all of it is there, and takes a picture in a theme. */
async function photograph(page, name, address, theme) {
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.goto(`${origin}/app/#/${address}`);
  await page.reload();
  await page.waitForSelector(READY);
  await page.waitForFunction((loading) => document.querySelector(loading) === null, {}, LOADING);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}
