import { execFileSync } from "node:child_process";
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
      output: { codeSplitting: { groups: [{ name: FIRST_LIST, test: /firstList\.ts$/ }] } },
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
