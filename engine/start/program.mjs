// @ts-check
// What Node.js runs for Pulumi, as Pulumi.yaml has it (nodeargs), which adds the words: THE-SDK'S-RUNNER --FLAG VALUE... index.ts
// Runner and program are taken from their bundles, which share one SDK.
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundled, RUNNER, root } from "./bundle.mjs";

if (process.env.DISTROBENCH_DEBUG === "1") process.setSourceMapsEnabled(true);
const [runner = "", program = ""] = await bundled(RUNNER, "index.ts");
process.argv.splice(1, 1);
process.argv = process.argv.map((word) => (resolve(word) === join(root, "index.ts") ? program : word));
await import(pathToFileURL(runner).href);
