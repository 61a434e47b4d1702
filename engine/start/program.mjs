// @ts-check
// What Node.js runs for Pulumi, as Pulumi.yaml has it (nodeargs), which adds the words: THE-SDK'S-RUNNER --FLAG VALUE... index.ts
// Runner and program are taken from their bundles, which share one SDK.
import { pathToFileURL } from "node:url";
import { bundled, RUNNER } from "./bundle.mjs";

if (process.env.DISTROBENCH_DEBUG === "1") process.setSourceMapsEnabled(true);
const [runner = "", program = ""] = await bundled(RUNNER, "index.ts");
process.argv.splice(1, 1);
process.argv = process.argv.map((word) => (word === "index.ts" ? program : word));
await import(pathToFileURL(runner).href);
