import { CommandError, ConnectionError, UserError } from "../errors.ts";
import { expectGone } from "../gone.ts";
import { type OperationContext, PartialFailure, type ResourceHandler, type Stored } from "../operation.ts";
import { sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { type FoundFiles, parseFound } from "./found.ts";
import { adopt, planFiles, planReturn } from "./plan.ts";
import { type FilesBaseline, type FilesInputs, type FilesOutputs, filesInputs, type WantedFile } from "./schema.ts";
import { type FileOrder, readFilesScript, writeFilesScript } from "./script.ts";

/** Seconds, for an emulated host under load. */
const FILES_SECONDS = 300;

/** The user's files on a host: kept as wanted, put back byte for byte with mode and owner. */
export const filesHandler: ResourceHandler<FilesInputs, FilesOutputs> = {
  token: "distrobench:hosts:Files",
  inputs: filesInputs,
  replaceOn: ["host", "phase"],
  // A changed content shows as another sha256.
  notInDiff: ["connection", "contents"],
  secrets: ["connection", "contents", "baseline"],
  refreshBeforeUpdate: true,
  create: async (context, inputs) => ({
    id: `${inputs.host}/files/${inputs.phase}`,
    outputs: await bring(context, inputs, undefined),
  }),
  read,
  update: async (context, stored, inputs) => await bring(context, inputs, stored.outputs.baseline),
  delete: async (context, stored) => await putBack(context, stored),
};

async function bring(context: OperationContext, inputs: FilesInputs, known: FilesBaseline | undefined): Promise<FilesOutputs> {
  const transport = await context.transport(inputs.connection);
  const owner = `${context.stack}/${inputs.host}/${inputs.phase}`;
  const targets = [...new Set([...Object.keys(inputs.files), ...Object.keys(known?.files ?? {})])];
  const { found, record } = await look(context, transport, targets, owner);
  refuseForeign(inputs, found, owner);
  const { order, baseline, conflicts } = planFiles(
    inputs,
    found,
    known === undefined ? adopt(record, found) : (record ?? known),
    owner,
  );
  warnOf(context, inputs.host, conflicts);
  if (order === undefined) return { ...inputs, baseline };
  try {
    await carryOut(context, transport, order);
  } catch (error) {
    if (error instanceof UserError && !(error instanceof CommandError)) throw error;
    const outputs = { ...inputs, baseline: order.baseline };
    throw new PartialFailure(`${inputs.host}/files/${inputs.phase}`, outputs, [String(error)], { cause: error });
  }
  return { ...inputs, baseline };
}

/** The files, and the host's own record of this owner: it goes before the state, and may name more files than the state does. */
async function look(context: OperationContext, transport: Transport, targets: readonly string[], owner: string) {
  const ask = async (paths: readonly string[]): Promise<FoundFiles> => {
    const options = { signal: context.signal, timeoutSeconds: FILES_SECONDS, collect: false };
    const parts: Uint8Array[] = [];
    await transport.run(readFilesScript(paths), { ...options, onStdout: (chunk) => parts.push(chunk) });
    return parseFound(Buffer.concat(parts).toString());
  };
  const found = await ask(targets);
  const record = found.records.find((one) => one.owner === owner);
  const more = Object.keys(record?.files ?? {}).filter((path) => !targets.includes(path));
  return { found: more.length === 0 ? found : await ask([...targets, ...more]), record };
}

/** Contents go over standard input: a command may be shown, its input never is. */
async function carryOut(context: OperationContext, transport: Transport, order: FileOrder): Promise<void> {
  const options = { stdin: writeFilesScript(order).toString(), signal: context.signal, timeoutSeconds: FILES_SECONDS };
  await transport.run(sh`eval "$(cat)"`, options).catch((error: unknown) => {
    if (!(error instanceof CommandError) || error.exitCode !== 70) throw error;
    throw new UserError(`${transport.host}: the files as found can't be saved, so nothing was changed: ${error.stderr.trim()}`, {
      remedy: "make /var/lib writable for root, with some free space",
      cause: error,
    });
  });
}

async function read(
  context: OperationContext,
  stored: Stored<FilesInputs, FilesOutputs>,
): Promise<{ inputs: FilesInputs; outputs: FilesOutputs }> {
  const { inputs, outputs } = stored;
  try {
    const transport = await context.transport(inputs.connection);
    // The inputs may hold drift that an earlier read found; the outputs say what was last written.
    const { found } = await look(context, transport, Object.keys(outputs.files), outputs.baseline.owner);
    const files: Record<string, WantedFile> = {};
    for (const path of Object.keys(outputs.files)) {
      const now = found.files.get(path);
      if (now?.kind === "file") files[path] = { mode: now.mode, owner: now.owner, sha256: now.sha256 };
    }
    return { inputs: { ...inputs, files }, outputs };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.warn(`${error.message}: its files are taken as they were`);
    return { inputs, outputs };
  }
}

async function putBack(context: OperationContext, { inputs, outputs }: Stored<FilesInputs, FilesOutputs>): Promise<void> {
  try {
    const transport = await context.transport(inputs.connection);
    const targets = Object.keys(outputs.baseline.files);
    const { found, record } = await look(context, transport, targets, outputs.baseline.owner);
    const { order, conflicts } = planReturn(record ?? outputs.baseline, found);
    warnOf(context, inputs.host, conflicts);
    if (order !== undefined) await carryOut(context, transport, order);
  } catch (error) {
    context.warn(`${expectGone(error, inputs.connection, context.stack).message}: its files are given up`);
  }
}

function warnOf(context: OperationContext, host: string, conflicts: readonly string[]): void {
  if (conflicts.length > 0)
    context.warn(
      `${host}: somebody else changed these since we wrote them, so they were left alone: ${conflicts.join(", ")}; ` +
        "what was there before is kept in /var/lib/distrobench/files on the host",
    );
}

/** Two stacks that write one file would each take the other's for the host's own. */
function refuseForeign(inputs: FilesInputs, found: FoundFiles, owner: string): void {
  for (const record of found.records.filter((one) => one.owner !== owner))
    for (const path of Object.keys(inputs.files))
      if (record.files[path] !== undefined)
        throw new UserError(`${inputs.host}: ${path} is written already, by ${record.owner}`, {
          remedy: `./distrobench destroy ${record.owner.split("/")[0]} first, or name another target`,
        });
}
