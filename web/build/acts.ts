/**
 * Says what the client would show of jobs: for each scene of the standard input its stage, and the acts it offers.
 *
 * A scene is what the API answered to one side: `{job, escrow, side, now}`. Without scenes: the stages of the table.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Known } from "../src/deal/possible";

// The client's modules name each other without an ending, as its bundler reads them.
registerHooks({
  resolve: (name, context, next) =>
    next(name.startsWith(".") && !name.endsWith(".ts") ? `${name}.ts` : name, context),
});
const { actsOf } = await import("../src/deal/possible.ts");
const { TABLE } = await import("../src/deal/table.ts");

const scenes: Known[] = JSON.parse(readFileSync(0, "utf8"));
const rows = Object.entries(TABLE).map(([stage, sides]) => [stage, Object.keys(sides)]);
const shown = scenes.map((scene) => {
  const { stage, main, others } = actsOf(scene);
  return { stage, acts: main ? [main, ...others] : others };
});
process.stdout.write(JSON.stringify({ table: Object.fromEntries(rows), shown }));
