/**
 * Checks the sizes of the build, in kilobytes after brotli: `npm run budgets` prints each figure beside its limit.
 *
 * A screen counts with all that it loads and the first screen does not.
 */
import { existsSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
  css?: string[];
}

const DIST = new URL("../dist/", import.meta.url);
const LIMITS = { first: 45, screen: 12, admin: 60, worker: 10, css: 8, words: 10, icons: 6 };

const manifest: Record<string, Chunk> = JSON.parse(
  readFileSync(new URL(".vite/manifest.json", DIST), "utf-8"),
);
const failures: string[] = [];

function kilobytes(file: string): number {
  return brotliCompressSync(readFileSync(new URL(file, DIST))).length / 1024;
}

/** Returns the files that a chunk needs before it runs. */
function needs(key: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const one of chunk.imports ?? []) needs(one, seen);
  return seen;
}

function check(name: string, size: number, limit: number): void {
  const over = size > limit;
  console.log(`${over ? "✗" : "✓"} ${name.padEnd(44)} ${size.toFixed(1).padStart(6)} of ${limit} KB`);
  if (over) failures.push(name);
}

const keys = Object.keys(manifest);
const entry = keys.find((key) => key === "index.html");
const home = keys.find((key) => key.endsWith("screens/public/Home.tsx"));
if (!entry || !home) throw new Error("the build has no entry or no first screen");
const first = new Set([...needs(entry), ...needs(home)]);
const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + kilobytes(file), 0);

check("first screen: JavaScript", sum(first), LIMITS.first);
for (const key of keys.filter((one) => /src\/screens\/.*\.tsx$/.test(one)).sort()) {
  const own = [...needs(key)].filter((file) => !first.has(file));
  const admin = key.includes("/admin/");
  if (key !== home) check(key.replace("src/screens/", ""), sum(own), admin ? LIMITS.admin : LIMITS.screen);
}
for (const language of ["en", "zu"])
  for (const bundle of ["first", "work", "own", "problems", "pages", "admin"]) {
    const words = manifest[`src/words/compiled/${language}.${bundle}.json`];
    if (words) check(`words: ${language}, ${bundle}`, kilobytes(words.file), LIMITS.words);
  }
const css = keys.flatMap((key) => [
  ...(manifest[key]?.css ?? []),
  ...(manifest[key]?.file.endsWith(".css") ? [manifest[key].file] : []),
]);
check("style", sum(new Set(css)), LIMITS.css);
const icons = keys.find((key) => key.endsWith("icons.svg"));
if (icons) check("icons", kilobytes(manifest[icons]?.file ?? ""), LIMITS.icons);
if (existsSync(new URL("sw.js", DIST))) check("service worker", kilobytes("sw.js"), LIMITS.worker);

const visit =
  sum(first) +
  sum(new Set(css)) +
  kilobytes("index.html") +
  (icons ? kilobytes(manifest[icons]?.file ?? "") : 0) +
  kilobytes(manifest["src/words/compiled/en.first.json"]?.file ?? "index.html");
check("first visit without photos and data", visit, 90);
if (failures.length) {
  console.error(`${failures.length} over budget: ${failures.join(", ")}`);
  process.exit(1);
}
