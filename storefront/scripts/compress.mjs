// Writes each text file of the build a second and a third time, compressed, so that no server has to at each request.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const names = await readdir(dist, { recursive: true });
for (const name of names.filter((name) => /\.(js|css|svg|html)$/.test(name))) {
  const file = fileURLToPath(new URL(name, dist));
  const content = await readFile(file);
  await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
  await writeFile(`${file}.br`, brotliCompressSync(content));
}
