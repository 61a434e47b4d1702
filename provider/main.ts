import { readFileSync } from "node:fs";
import { join } from "node:path";
import { later } from "./later.ts";
import { servePlugin } from "./server/index.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };
const about = { name: "distrobench", version };

await servePlugin(later(about, async () => (await import("./plugin.ts")).plugin(about)));
