// @ts-check
// What Node.js runs for Pulumi, as Pulumi.yaml has it (nodeargs), which adds the words: THE-SDK'S-RUNNER --FLAG VALUE... index.ts
// Runner and program are taken from their bundles, which share one SDK. Before the runner may stand what Node.js would have taken for itself.
import inspector from "node:inspector";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundled, RUNNER, root } from "./bundle.mjs";

const INSPECT = "--inspect-brk=";

const at = process.argv.findIndex((word, index) => index > 1 && !word.startsWith("-"));
const debugging = process.argv.slice(2, at).find((word) => word.startsWith(INSPECT));
if (debugging !== undefined) inspector.open(Number(debugging.slice(INSPECT.length)), undefined, true);
if (process.env.DISTROBENCH_DEBUG === "1") process.setSourceMapsEnabled(true);

const [runner = "", program = ""] = await bundled(RUNNER, "index.ts");
process.argv.splice(1, at - 1);
process.argv = process.argv.map((word) => (resolve(word) === join(root, "index.ts") ? program : word));
await import(pathToFileURL(runner).href);
