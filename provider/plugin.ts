import { createSshPool } from "../hosts/index.ts";
import { adapt } from "./adapter.ts";
import { handlers } from "./dispatch.ts";
import { operationLog } from "./operation-log.ts";
import type { PluginImplementation } from "./server/index.ts";

/** All resource types, over connections of this process, as the environment says. */
export function plugin(about: { readonly name: string; readonly version: string }): PluginImplementation {
  return adapt(handlers, {
    ...about,
    connect: createSshPool,
    log: operationLog(process.env.DISTROBENCH_OPERATIONS),
    debug: process.env.DISTROBENCH_DEBUG === "1",
  });
}
