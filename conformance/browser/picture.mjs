// Takes the picture of the README: a link's page as a browser shows it, and beside it the link's QR code. It reads
// what to show as JSON on standard input.
import { text } from "node:stream/consumers";
import { startBrowser } from "./browser.mjs";

/** In CSS pixels; the picture has more pixels than that, so that it is sharp on every screen. */
const PAGE = { width: 500, height: 300, deviceScaleFactor: 1.5 };
const CODE = 250;
const GAP = 36;

const plan = JSON.parse(await text(process.stdin));
const browser = await startBrowser(plan);
const tab = await browser.newPage();
await tab.setViewport(PAGE);
await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
const response = await tab.goto(plan.page);
if (response.status() !== 200) {
  throw new Error(`${plan.page} answers ${response.status()}`);
}
const page = await tab.screenshot({ encoding: "base64", fullPage: true });

const both = await browser.newPage();
await both.setViewport({ ...PAGE, width: PAGE.width + CODE + 3 * GAP });
await both.setContent(`<!doctype html><style>
  body { margin: 0; padding: ${GAP}px; display: flex; align-items: center; gap: ${GAP}px; background: #e8ecf1 }
  img { border-radius: 10px }
</style>
<img src="data:image/png;base64,${page}" width="${PAGE.width}">
<img src="data:image/png;base64,${plan.code}" width="${CODE}">`);
await both.screenshot({ path: plan.picture, fullPage: true });
await browser.close();
