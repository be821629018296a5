import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Files of these types shrink when they are compressed. */
const COMPRESSIBLE = /\.(html|css|js|svg|json)$/;

/** Writes a gzip copy beside each text file, which hop sends to browsers that accept it. */
export function gzipCopies(directory: string): Plugin {
  return {
    name: "gzip-copies",
    apply: "build",
    async closeBundle() {
      await writeGzipCopies(directory);
    },
  };
}

/** Writes `NAME.gz` beside each text file in `directory` and below. */
export async function writeGzipCopies(directory: string): Promise<void> {
  const files = await readdir(directory, { recursive: true });
  const texts = files.filter((file) => COMPRESSIBLE.test(file)).map((file) => join(directory, file));
  await Promise.all(texts.map(async (file) => writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }))));
}

/** Copies a file of the repository into the folder of static assets, which hop serves it from. */
export function copyOf(file: string, target: string): Plugin {
  return {
    name: "copy-of-file",
    apply: "build",
    async closeBundle() {
      await copyFile(file, target);
    },
  };
}
