// @ts-check
// For node --import, as Pulumi.yaml has it: the program that Pulumi runs, index.ts, is taken from its bundle.
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundled, root } from "./bundle.mjs";

const from = pathToFileURL(join(root, "index.ts")).href;
const to = pathToFileURL(await bundled("index.ts")).href;
register("./redirect.mjs", import.meta.url, { data: { from, to } });
