import { defineConfig } from "vite";

// Hashed files stand in assets/, which servers may call immutable; all else is asked for again.
export default defineConfig({
  build: {
    target: ["chrome90", "firefox90", "safari15"],
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    manifest: true,
    sourcemap: false,
  },
  define: { __BUILD__: JSON.stringify(1) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 20_000, // a busy machine takes its time
  },
} as Parameters<typeof defineConfig>[0]);
