// Fails when the scripts that the first page needs weigh more than the budget, compressed.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 200 * 1000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

const files = new Set();
function collect(name) {
  const chunk = manifest[name];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  chunk.imports?.forEach(collect);
}
collect("index.html");

let bytes = 0;
for (const file of files) bytes += gzipSync(await readFile(new URL(file, dist))).length;
const kilobytes = (bytes / 1000).toFixed(1);
console.log(
  `initial scripts: ${kilobytes} kB of ${BUDGET_BYTES / 1000} kB, compressed (${[...files].join(", ")})`,
);
if (bytes > BUDGET_BYTES) {
  console.error("The first page has grown too heavy: load what it does not need with its route.");
  process.exit(1);
}
