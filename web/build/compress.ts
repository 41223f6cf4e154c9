/** Writes a brotli and a gzip copy beside each text file of the build, for servers that do not compress. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist", import.meta.url).pathname;
const TEXT = /\.(js|css|html|svg|json|webmanifest|txt)$/;

for (const name of readdirSync(DIST, { recursive: true, encoding: "utf-8" })) {
  if (!TEXT.test(name)) continue;
  const content = readFileSync(join(DIST, name));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(join(DIST, `${name}.br`), brotliCompressSync(content, quality));
  writeFileSync(join(DIST, `${name}.gz`), gzipSync(content, { level: 9 }));
}
