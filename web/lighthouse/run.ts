/**
 * Measures pages of a running client with Lighthouse, as a cheap phone on slow 4G loads them.
 *
 * node run.ts <origin> <path>…     three runs a page; the median counts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = 95;
const RUNS = 3;
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "total-blocking-time",
  "cumulative-layout-shift",
];

interface Measured {
  scores: Record<string, number>;
  figures: Record<string, string>;
  /** What cost points, by category. */
  lost: string[];
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function measure(url: string): Promise<Measured> {
  const profile = mkdtempSync(join(tmpdir(), "khaya-lighthouse-")); // each visit is a first one
  const chrome = await launch({
    userDataDir: profile,
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--no-proxy-server"],
  });
  try {
    const run = await lighthouse(url, {
      port: chrome.port,
      onlyCategories: CATEGORIES,
      formFactor: "mobile",
      throttlingMethod: "simulate", // Lighthouse's slow 4G: 1.6 Mbit/s, 150 ms, CPU 4 times slower
      logLevel: "error",
    });
    if (!run) throw new Error(`${url}: Lighthouse gave no result`);
    const { categories, audits, runtimeError } = run.lhr;
    if (runtimeError) throw new Error(`${url}: ${runtimeError.message}`);
    const lost = Object.values(categories).flatMap((category) =>
      category.auditRefs
        .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
        .map(({ id }) => `${category.id}: ${audits[id]?.title} ${audits[id]?.displayValue ?? ""}`.trim()),
    );
    return {
      scores: Object.fromEntries(
        CATEGORIES.map((id) => [id, Math.round((categories[id]?.score ?? 0) * 100)]),
      ),
      figures: Object.fromEntries(FIGURES.map((id) => [id, audits[id]?.displayValue ?? "?"])),
      lost,
    };
  } finally {
    chrome.kill();
    rmSync(profile, { recursive: true, force: true });
  }
}

const [origin, ...paths] = process.argv.slice(2);
if (!origin || !paths.length) throw new Error("usage: node run.ts <origin> <path>…");
let failed = false;
for (const path of paths) {
  const runs: Measured[] = [];
  for (let round = 0; round < RUNS; round++) runs.push(await measure(`${origin}${path}`));
  console.log(path);
  for (const category of CATEGORIES) {
    const scores = runs.map((one) => one.scores[category] ?? 0);
    const score = median(scores);
    failed ||= score < LEAST;
    console.log(
      `  ${score < LEAST ? "✗" : "✓"} ${category.padEnd(16)} ${score} of ${LEAST} (${scores.join(", ")})`,
    );
  }
  for (const figure of FIGURES)
    console.log(`    ${figure.padEnd(26)} ${runs.map((one) => one.figures[figure]).join(", ")}`);
  for (const audit of new Set(runs.flatMap((one) => one.lost))) console.log(`    - ${audit}`);
}
process.exit(failed ? 1 : 0);
