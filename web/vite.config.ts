import { defineConfig, type Plugin } from "vite";

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
  define: { __BUILD__: JSON.stringify(1) },
  plugins: [firstList],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 20_000, // a busy machine takes its time
  },
} as Parameters<typeof defineConfig>[0]);
