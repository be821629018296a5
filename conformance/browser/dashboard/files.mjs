// Files that the browser saves.
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PATIENCE } from "./witness.mjs";

/** The file that the browser saves after `press`: its name and its bytes. */
export async function saved(person, press) {
  const folder = await mkdtemp(join(person.plan.folder, "saved-"));
  const session = await person.browser.target().createCDPSession();
  const setting = { behavior: "allow", browserContextId: person.context.id, downloadPath: folder, eventsEnabled: true };
  await session.send("Browser.setDownloadBehavior", setting);
  let timer;
  try {
    const name = new Promise((resolve) => session.on("Browser.downloadWillBegin", ({ suggestedFilename }) => resolve(suggestedFilename)));
    const end = new Promise((resolve) => session.on("Browser.downloadProgress", ({ state }) => state !== "inProgress" && resolve(state)));
    await press();
    const late = new Promise((_, reject) => {
      timer = setTimeout(reject, PATIENCE, new Error("no file was saved"));
    });
    const state = await Promise.race([end, late]);
    if (state !== "completed") throw new Error(`the download is ${state}`);
    return { name: await name, bytes: await readFile(join(folder, await name)) };
  } finally {
    clearTimeout(timer);
    await session.detach();
  }
}
