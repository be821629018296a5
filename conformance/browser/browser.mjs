// Starts Chromium without a window. It resolves only the hosts of the plan.
import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import puppeteer from "puppeteer-core";

/** The environment with the libraries and the font of the pinned browser, so that it renders the same everywhere. */
async function pinnedEnvironment([libraries, fonts], folder) {
  const settings = join(folder, "fonts.conf");
  const aliases = ["sans-serif", "system-ui"].map((name) => `<alias><family>${name}</family><prefer><family>Open Sans</family></prefer></alias>`);
  const directories = [fonts, "/usr/share/fonts"].map((name) => `<dir>${name}</dir>`);
  await writeFile(settings, `<?xml version="1.0"?>\n<fontconfig>${directories.join("")}${aliases.join("")}<cachedir>${folder}</cachedir></fontconfig>\n`);
  return { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: settings };
}

export async function startBrowser({ program, hosts, folder }) {
  const state = await mkdtemp(join(folder, "browser-"));
  const rules = Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`);
  const beside = ["al2023/lib", "fonts/fonts"].map((name) => join(dirname(program), name));
  const isPinned = beside.every((path) => existsSync(path));
  return puppeteer.launch({
    executablePath: program,
    // The pinned browser is a headless shell.
    headless: isPinned ? "shell" : true,
    userDataDir: join(state, "profile"),
    env: isPinned ? await pinnedEnvironment(beside, state) : process.env,
    args: [
      // It opens only hop's own pages, and a sandbox needs rights that not every machine gives.
      "--no-sandbox",
      "--font-render-hinting=none",
      "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
      `--host-resolver-rules=${[...rules, "MAP * ~NOTFOUND"].join(",")}`,
    ],
  });
}
