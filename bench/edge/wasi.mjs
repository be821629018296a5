// Runs a WASI program on V8, with the arguments that follow it.
import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { WASI } from "node:wasi";
const [path, ...args] = argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [path, ...args], env: {} });
const { instance } = await WebAssembly.instantiate(await readFile(path), wasi.getImportObject());
wasi.start(instance);
