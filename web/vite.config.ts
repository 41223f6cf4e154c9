import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Writes the number of the build into the page: it grows with each commit that changes the client or the API's document. */
const buildNumber: Plugin = {
  name: "build-number",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { name: "build", content: changedAt() }, injectTo: "head" },
  ],
};

/** Returns when the sources were last changed, in seconds since 1970; without a repository, now. */
function changedAt(): string {
  try {
    const sources = [".", "../functions/platform/openapi.json"];
    const found = execFileSync("git", ["log", "-1", "--format=%ct", "--", ...sources], { encoding: "utf-8" });
    if (/^\d+\n$/.test(found)) return found.trim();
  } catch {
    // an archive of the sources has no history
  }
  return String(Math.floor(Date.now() / 1000));
}

const FIRST_LIST = "first-list";
/** Puts the script that asks for the first list beside the app's own, so that neither waits for the other. */
const firstList: Plugin = {
  name: FIRST_LIST,
  transformIndexHtml: {
    order: "post",
    handler(_page, { bundle }) {
      const script = Object.values(bundle ?? {}).find(
        (one) => one.type === "chunk" && one.name === FIRST_LIST,
      );
      const attrs = {
        type: "module",
        async: true,
        crossorigin: true,
        fetchpriority: "high",
        src: `/${script?.fileName}`,
      };
      return script ? [{ tag: "script", attrs, injectTo: "head-prepend" }] : [];
    },
  },
};

/** Returns our files that are loaded before any screen: all that the first one imports, and what those import. */
function loadedFirst(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const imported = readFileSync(file, "utf-8").matchAll(
    /^(?:import|export)\s(?!type\b)[^;]*?from "(\.[^"]+)";/gm,
  );
  for (const [, path] of imported) {
    const base = resolve(dirname(file), path ?? "");
    const source = [base, `${base}.ts`, `${base}.tsx`].find((one) => /\.tsx?$/.test(one) && existsSync(one));
    if (source) loadedFirst(source, found);
  }
  return found;
}

const MAIN = resolve(import.meta.dirname, "src/main.tsx");
const FIRST_FILES = loadedFirst(MAIN);
FIRST_FILES.delete(MAIN); // the page names the file of the entry
/** One file for what each page loads, one for what lists have in common: each file more is a way to the server and back. */
const GROUPS = [
  { name: FIRST_LIST, test: /firstList\.ts$/, priority: 3 },
  { name: "app", test: (id: string) => FIRST_FILES.has(id) || /node_modules/.test(id), priority: 2 },
  {
    name: "cards",
    test: /src\/(cards|ui)\/|offline\/(Photo\.tsx|dataSaver\.ts)$|forms\/Loaded\.tsx$/,
    priority: 1,
  },
];

// Hashed files stand in assets/, which servers may call immutable; all else is asked for again.
export default defineConfig({
  build: {
    target: ["chrome90", "firefox90", "safari15"],
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: false,
    rolldownOptions: {
      output: { codeSplitting: { groups: GROUPS } },
    },
  },
  plugins: [firstList, buildNumber],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 20_000, // a busy machine takes its time
  },
} as Parameters<typeof defineConfig>[0]);
