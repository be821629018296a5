import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeGzipCopies } from "../build/files.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hop-files-"));
  await mkdir(join(folder, "assets"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("each text has a gzip copy with the same contents", async () => {
  const texts = ["index.html", "assets/index.js", "assets/index.css", "assets/icon.svg", "assets/strings.json"];
  for (const name of texts) await writeFile(join(folder, name), `contents of ${name}`);
  await writeGzipCopies(folder);
  for (const name of texts) {
    const copy = await readFile(join(folder, `${name}.gz`));
    expect(gunzipSync(copy).toString(), name).toBe(`contents of ${name}`);
  }
});

test("pictures and copies get no copy", async () => {
  for (const name of ["logo.png", "text.woff2", "index.js.gz"]) await writeFile(join(folder, "assets", name), "x");
  await writeGzipCopies(folder);
  expect((await readdir(join(folder, "assets"))).sort()).toEqual(["index.js.gz", "logo.png", "text.woff2"]);
});
