/** Builds dist/sw.js from src/service-worker.ts, with the list of files that the app needs offline. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "vite";

const ROOT = new URL("../", import.meta.url);
const DIST = new URL("dist/", ROOT);
// The admin's files are not kept on a device.
const LEFT_OUT = /admin|\.(br|gz|map)$|^\.vite|^sw\.js$|robots/;

const files = readdirSync(DIST, { recursive: true, withFileTypes: true, encoding: "utf-8" })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(DIST.pathname.length).replace(/^\/+/, ""))
  .filter((name) => !LEFT_OUT.test(name))
  .sort();
const version = createHash("sha256");
for (const name of files) version.update(name).update(readFileSync(new URL(name, DIST)));
const list = files.map((name) => (name === "index.html" ? "/" : `/${name}`));

const made = await build({
  configFile: false,
  logLevel: "error",
  root: ROOT.pathname,
  define: {
    __FILES__: JSON.stringify(list),
    __VERSION__: JSON.stringify(version.digest("hex").slice(0, 12)),
  },
  build: {
    write: false,
    target: "chrome90",
    copyPublicDir: false,
    rollupOptions: {
      input: new URL("src/service-worker.ts", ROOT).pathname,
      output: { format: "es", entryFileNames: "sw.js" },
    },
  },
});
const output = "output" in made ? made.output : [];
const code = output.find((one) => one.type === "chunk");
if (code?.type !== "chunk") throw new Error("the service worker was not built");
writeFileSync(new URL("sw.js", DIST), code.code);
console.log(`sw.js with ${list.length} files`);
