// Writes the types of the HTTP contract to src/api/schema.d.ts.
// The headers that the request layer sees to by itself are left out: no caller has to name them.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const OWN_HEADERS = new Set([
  "X-Requested-With",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Consistency-Token",
  "Last-Event-ID",
]);

const contract = JSON.parse(await readFile(new URL("../../openapi.json", import.meta.url), "utf8"));
for (const path of Object.values(contract.paths)) {
  for (const operation of Object.values(path)) {
    operation.parameters = operation.parameters?.filter(
      (parameter) => parameter.in !== "header" || !OWN_HEADERS.has(parameter.name),
    );
  }
}

const types = astToString(await openapiTS(contract, { alphabetize: true, exportType: true }));
const heading = "// Generated from openapi.json by `npm run gen`. Do not edit.\n\n";
await writeFile(new URL("../src/api/schema.d.ts", import.meta.url), heading + types);
