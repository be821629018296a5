import { join } from "node:path";
import { defineConfig } from "vite";
import { gzipCopies } from "./build/files.ts";

const output = join(import.meta.dirname, "dist/app");

export default defineConfig({
  root: import.meta.dirname,
  base: "/app/",
  // Not Vite's default of automatic: Preact's JSX.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: output,
    emptyOutDir: true,
    target: "es2023",
    // A file of its own for each picture: the content security policy allows no `data:` scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  plugins: [gzipCopies(output)],
});
