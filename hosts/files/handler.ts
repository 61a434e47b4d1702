import { keepingBegun } from "../begun.ts";
import { CommandError, ConnectionError, UserError } from "../errors.ts";
import { expectGone } from "../gone.ts";
import type { OperationContext, ResourceHandler, Stored } from "../operation.ts";
import type { FoundFiles } from "./found.ts";
import { carryOut, look } from "./on-host.ts";
import { adopt, planFiles, planReturn } from "./plan.ts";
import { type FilesBaseline, type FilesInputs, type FilesOutputs, filesInputs, type WantedFile } from "./schema.ts";

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
    id: idOf(inputs),
    outputs: await bring(context, inputs, undefined),
  }),
  read,
  update: async (context, stored, inputs) => await bring(context, inputs, stored.outputs.baseline),
  delete: async (context, stored) => await putBack(context, stored),
};

const idOf = ({ host, phase }: FilesInputs): string => `${host}/files/${phase}`;

async function bring(context: OperationContext, inputs: FilesInputs, known: FilesBaseline | undefined): Promise<FilesOutputs> {
  const transport = await context.transport(inputs.connection);
  const owner = ownerOf(context, inputs);
  const targets = [...new Set([...Object.keys(inputs.files), ...Object.keys(known?.files ?? {})])];
  const { found, record } = await look(transport, targets, owner, context);
  refuseForeign(inputs, found, owner);
  const { order, baseline, conflicts } = planFiles(
    inputs,
    found,
    known === undefined ? adopt(record, found) : (record ?? known),
    owner,
  );
  warnOf(context, inputs.host, conflicts);
  if (order === undefined) return { ...inputs, baseline };
  return await keepingBegun<FilesOutputs>({
    id: idOf(inputs),
    leftNothing: (error) => error instanceof UserError && !(error instanceof CommandError),
    work: async (begun) => {
      begun({ ...inputs, baseline: order.baseline });
      await carryOut(transport, order, context);
      return { ...inputs, baseline };
    },
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
    const { found } = await look(transport, Object.keys(outputs.files), outputs.baseline.owner, context);
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
    // Of a create that was killed only the host knows what was there before.
    const known: FilesBaseline | undefined = outputs.baseline;
    const targets = Object.keys(known?.files ?? inputs.files);
    const { found, record } = await look(transport, targets, ownerOf(context, inputs), context);
    const baseline = record ?? known;
    if (baseline === undefined) return;
    const { order, conflicts } = planReturn(baseline, found);
    warnOf(context, inputs.host, conflicts);
    if (order !== undefined) await carryOut(transport, order, context);
  } catch (error) {
    context.warn(`${expectGone(error, inputs.connection, context.stack).message}: its files are given up`);
  }
}

function ownerOf({ stack }: OperationContext, { host, phase }: FilesInputs): string {
  return `${stack}/${host}/${phase}`;
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
