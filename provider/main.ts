import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSshPool } from "../hosts/index.ts";
import { adapt } from "./adapter.ts";
import { handlers } from "./dispatch.ts";
import { operationLog } from "./operation-log.ts";
import { servePlugin } from "./server/index.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };

await servePlugin(
  adapt(handlers, {
    name: "distrobench",
    version,
    connect: createSshPool,
    log: operationLog(process.env.DISTROBENCH_OPERATIONS),
    debug: process.env.DISTROBENCH_DEBUG === "1",
  }),
);
