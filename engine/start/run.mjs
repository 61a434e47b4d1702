// @ts-check
// Starts one of distrobench's own programs: node run.mjs cli/main.ts ARGUMENT...
import { pathToFileURL } from "node:url";
import { bundled } from "./bundle.mjs";

const [program = ""] = process.argv.splice(2, 1);
if (process.env.DISTROBENCH_DEBUG === "1" || process.argv.includes("--debug")) process.setSourceMapsEnabled(true);
const [file = ""] = await bundled(program).catch((error) => {
  process.stderr.write(`distrobench: ${program} could not be prepared: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
await import(pathToFileURL(file).href);
