import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type OperationContext, PartialFailure, type ResourceHandler, UserError } from "../../../hosts/index.ts";
import { adapt } from "../../../provider/adapter.ts";
import { operationLog } from "../../../provider/operation-log.ts";
import { servePlugin } from "../../../provider/server/index.ts";

/** A plugin with one resource type, a file on this machine, which can be made to fail in every way. */
const inputs = z.strictObject({
  path: z.string(),
  content: z.string(),
  owner: z.string().default("nobody"),
  token: z.string().optional(),
  connection: z.strictObject({ address: z.string() }).default({ address: "local" }),
  /** A file that decides how the next operation ends: `partial`, `fail`, `hang`, or anything else. */
  fate: z.string().optional(),
});
type Inputs = z.output<typeof inputs>;

interface Outputs extends Inputs {
  readonly length: number;
  readonly folder: string;
}

const file: ResourceHandler<Inputs, Outputs> = {
  token: "files:index:File",
  inputs,
  replaceOn: ["path"],
  notInDiff: ["connection", "fate"],
  secrets: ["connection"],
  refreshBeforeUpdate: true,
  preview: ({ path }) => ({ folder: dirname(path) }),
  create: async (context, given) => ({ id: given.path, outputs: await put(context, given) }),
  read: async (_context, { inputs: old, outputs }) => {
    if (!existsSync(old.path)) return "gone";
    const content = readFileSync(old.path, "utf8");
    return { inputs: { ...old, content }, outputs: { ...outputs, content, length: content.length } };
  },
  update: (context, _stored, given) => put(context, given),
  delete: async (_context, { inputs: { path } }) => {
    note("delete", path);
    rmSync(path, { force: true });
  },
};

async function put(context: OperationContext, given: Inputs): Promise<Outputs> {
  context.progress(`writes ${given.content.length} characters with ${given.token}`);
  const fate = given.fate !== undefined && existsSync(given.fate) ? readFileSync(given.fate, "utf8") : "";
  if (fate === "fail") throw new UserError(`cannot write with ${given.token}`, { remedy: "use another token" });
  note("write", given.path);
  mkdirSync(dirname(given.path), { recursive: true });
  writeFileSync(given.path, given.content);
  if (fate === "partial")
    throw new PartialFailure(given.path, { ...given, length: -1, folder: dirname(given.path) }, ["not synced"]);
  if (fate === "hang") await undoOnAbort(context, given.path);
  return { ...given, length: given.content.length, folder: dirname(given.path) };
}

async function undoOnAbort({ signal }: OperationContext, path: string): Promise<void> {
  await sleep(60_000, undefined, { signal }).finally(() => rmSync(path, { force: true }));
}

/** What was done, in order, for the test to see. */
function note(operation: string, path: string): void {
  const journal = process.env.FILES_JOURNAL;
  if (journal !== undefined) writeFileSync(journal, `${operation} ${path}\n`, { flag: "a" });
}

await servePlugin(
  adapt([file], {
    name: "files",
    version: "0.0.1",
    connect: () => ({
      transport: () => Promise.reject(new Error("no hosts")),
      statistics: () => ({}),
      close: async () => undefined,
    }),
    log: operationLog(process.env.DISTROBENCH_OPERATIONS),
    debug: false,
  }),
);
