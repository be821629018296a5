import { join } from "node:path";
import { defineConfig, type ServerOptions } from "vite";
import { copyOf, gzipCopies } from "./build/files.ts";

// hop serves all files in `dist`: the dashboard, and the OpenAPI document.
const dist = join(import.meta.dirname, "dist");
const output = join(dist, "app");

// `cargo xtask serve --web` sets both variables.
const { HOP_WEB_EDGE = "http://127.0.0.1:8787", HOP_WEB_PORT } = process.env;

/** The dev server: Vite serves the modules of the page, and the running edge at `edge` everything else. */
function devServer(edge: string, port: string | undefined): ServerOptions {
  // The edge sees the host that the browser uses (no `changeOrigin`), so that sign-in is a request of the same origin.
  const proxied = { target: edge };
  return {
    host: "127.0.0.1",
    ...(port ? { port: Number(port), strictPort: true } : {}),
    proxy: { "^/(?!app/)": proxied, "^/app/theme\\.css": proxied },
  };
}

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
  server: devServer(HOP_WEB_EDGE, HOP_WEB_PORT),
  plugins: [gzipCopies(output), copyOf(join(import.meta.dirname, "../docs/openapi.json"), join(dist, "openapi.json"))],
});
