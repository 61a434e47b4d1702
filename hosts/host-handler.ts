import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mismatchOf } from "./declared.ts";
import { ConnectionError, UserError } from "./errors.ts";
import { gatherFacts } from "./facts/index.ts";
import { expectGone } from "./gone.ts";
import { inventoryAsFound } from "./inventory/as-found.ts";
import { compareInventories, describeDifference, loadInventory, takeInventory } from "./inventory/index.ts";
import type { OperationContext, ResourceHandler, Stored } from "./operation.ts";
import { preflight } from "./preflight.ts";
import { type HostFacts, type HostInputs, type HostOutputs, hostInputs, type PreflightVerdict } from "./schema.ts";
import { sh } from "./sh.ts";
import { TRACES } from "./traces.ts";
import type { Transport } from "./transport.ts";

/** Verified access to a machine, its facts, and proof at the end that it is as it was found. */
export const hostHandler: ResourceHandler<HostInputs, HostOutputs> = {
  token: "distrobench:hosts:Host",
  inputs: hostInputs,
  replaceOn: ["name"],
  notInDiff: ["connection"],
  secrets: ["connection"],
  // What matters of a host shows in the resources on it; asking for all facts takes seconds.
  refreshBeforeUpdate: false,
  create,
  read,
  update: async (context, stored, inputs) => {
    const transport = await context.transport(inputs.connection);
    return { ...stored.outputs, ...(await examine(context, transport, inputs)) };
  },
  delete: remove,
};

async function create(context: OperationContext, inputs: HostInputs): Promise<{ id: string; outputs: HostOutputs }> {
  context.progress("connecting");
  const transport = await context.transport(inputs.connection);
  const seen = await examine(context, transport, inputs);
  context.progress("taking the inventory");
  const inventoryFile = await inventoryAsFound(context, transport, inputs.name);
  return { id: inputs.name, outputs: { ...seen, inventoryFile } };
}

async function examine(
  context: OperationContext,
  transport: Transport,
  inputs: HostInputs,
): Promise<Omit<HostOutputs, "inventoryFile">> {
  context.progress("gathering facts");
  const facts = await gatherFacts(transport, { signal: context.signal });
  refuseOther(inputs, facts);
  const verdicts = preflight(facts, Date.now() / 1000);
  report(context, inputs, verdicts);
  return { ...inputs, facts, preflight: verdicts, machine: await machineOf(inputs, facts) };
}

/** A host that is not what the matrix says would make every comparison wrong. */
function refuseOther(inputs: HostInputs, facts: HostFacts): void {
  const mismatch = mismatchOf(inputs, facts);
  if (mismatch === undefined) return;
  const { check, declared, found, remedy } = mismatch;
  const as = check === "release" ? `release ${declared}` : declared;
  throw new UserError(`${inputs.name}: declared as ${as}, but it is ${found}`, { remedy });
}

function report(context: OperationContext, inputs: HostInputs, verdicts: readonly PreflightVerdict[]): void {
  const text = (verdict: PreflightVerdict) => `${verdict.check}: ${verdict.found}; ${verdict.remedy}`;
  for (const verdict of verdicts) if (verdict.status === "warn") context.warn(`${inputs.name}: ${text(verdict)}`);
  const failed = verdicts.filter((verdict) => verdict.status === "fail");
  if (failed.length > 0) throw new UserError(`${inputs.name} can't be used: ${failed.map(text).join("\n")}`);
}

/** All lab machines of a controller share its processors, so they share its name too. */
async function machineOf(inputs: HostInputs, facts: HostFacts): Promise<string> {
  if (inputs.connection.kind !== "lab") return facts.machineId || facts.bootId;
  return (await readFile("/etc/machine-id", "utf8").catch(() => "")).trim() || "controller";
}

async function read(
  context: OperationContext,
  stored: Stored<HostInputs, HostOutputs>,
): Promise<{ inputs: HostInputs; outputs: HostOutputs }> {
  const { inputs, outputs } = stored;
  try {
    const transport = await context.transport(inputs.connection);
    const facts = await gatherFacts(transport, { signal: context.signal });
    return {
      inputs: { ...inputs, distribution: facts.distribution },
      outputs: { ...outputs, facts, distribution: facts.distribution },
    };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.warn(`${error.message}: its facts are taken as they were`);
    return { inputs, outputs };
  }
}

/** Compares with the inventory of the beginning. A host that does not answer fails it, unless it is gone for good: the proof is owed. */
async function remove(context: OperationContext, stored: Stored<HostInputs, HostOutputs>): Promise<void> {
  const { name, connection } = stored.inputs;
  const before = await loadInventory(join(context.root, stored.outputs.inventoryFile));
  if (before === undefined) {
    context.warn(`${name}: not compared: ${stored.outputs.inventoryFile} is missing`);
    return;
  }
  try {
    const transport = await context.transport(connection);
    // These remove themselves, unless what made them was killed, or the host was restarted under it.
    await transport.run(sh`rm -rf ${TRACES}`, { signal: context.signal });
    const after = await takeInventory(transport, { signal: context.signal });
    const differences = compareInventories(before, after).map(describeDifference);
    if (differences.length === 0) context.info(`${name}: as it was found`);
    else context.warn(`${name}: ${differences.length} differences from how it was found\n  ${differences.join("\n  ")}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = error instanceof ConnectionError ? expectGone(error, connection, context.stack) : error;
    context.warn(`${name}: not compared with how it was found: ${reason.message}`);
  }
}
