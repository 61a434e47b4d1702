import { distributionOf } from "../distribution.ts";
import { removeEditor } from "../editor/on-host.ts";
import { expectGone } from "../gone.ts";
import type { OperationContext } from "../operation.ts";
import type { PackagesInputs } from "../schema.ts";
import { joinSh, sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { removeLeftovers } from "./engine-leftovers.ts";
import { type EngineTraces, parseTraces, readTraces, restoreTraces } from "./engine-traces.ts";
import { queryPackages } from "./query.ts";
import { type Brought, keepLeft, readRecord, recovered, together } from "./record.ts";
import { engineNames, isEngine } from "./table.ts";
import { completeCut, REMOVE_SECONDS, takeAway } from "./take-away.ts";

/**
 * Puts back what engines changed while they ran, stops what was started, and removes what was added, in one call. Succeeds when the packages
 * are gone, or the host for good, or when what is left is needed by packages of somebody else: that may be so for years.
 */
export async function removePackages(context: OperationContext, inputs: PackagesInputs, outputs: Brought): Promise<void> {
  try {
    await removeFrom(await context.transport(inputs.connection), context, inputs, outputs);
  } catch (error) {
    context.warn(`${expectGone(error, inputs.connection, context.stack).message}: its packages are given up`);
  }
}

async function removeFrom(transport: Transport, context: OperationContext, inputs: PackagesInputs, told: Brought): Promise<void> {
  const { packages, services } = distributionOf(inputs.distribution);
  const options = { signal: context.signal, timeoutSeconds: REMOVE_SECONDS };
  await completeCut(transport, inputs, context);
  const outputs = await withRecord(transport, context, inputs, told);
  for (const name of outputs.services) await transport.run(services.stop(name), { ...options, accept: "any" });
  const traces = hadEngine(inputs, outputs) ? (outputs.traces ?? {}) : {};
  await putBack(transport, context, traces);
  if (outputs.editor !== undefined) await removeEditor(transport, context.signal);
  const { left, neededBy } = await takeAway(transport, inputs, outputs, context);
  const leftovers = removeLeftovers(traces);
  if (leftovers.length > 0) await transport.run(joinSh(leftovers), options);
  if (outputs.indexFetched === true) await transport.run(packages.dropIndex, options);
  await keepLeft(transport, context.stack, { left, configured: outputs.configured ?? [] }, context.signal);
  if (left.length > 0) context.warn(leftText(context.stack, inputs.host, left, neededBy));
}

/**
 * Where we had none, neither asked for nor brought for an earlier wish, one that was started since is somebody's, with its bridge and its
 * units.
 */
function hadEngine({ wanted, distribution }: PackagesInputs, { added }: Brought): boolean {
  return wanted.some(isEngine) || engineNames(distribution).some((name) => added.includes(name));
}

function leftText(stack: string, host: string, left: readonly string[], neededBy: readonly string[]): string {
  const names = left.join(", ");
  return (
    `${host}: ${names} stay: ${neededBy.join(", ")}, installed since by someone else, need them. The host remembers them as ours: ` +
    `once nothing needs them, ./distrobench restore ${host} --stack ${stack} removes them`
  );
}

/** A run that was killed told only the host what it had brought. */
async function withRecord(
  transport: Transport,
  { stack, signal }: OperationContext,
  inputs: PackagesInputs,
  told: Brought,
): Promise<Brought> {
  const kept = await readRecord(transport, stack, signal);
  if (kept === undefined) return told;
  if (kept.begun === undefined) return together(told, kept.brought);
  const wanted = [...new Set([...inputs.wanted, ...kept.begun.wanted])];
  const state = await queryPackages(transport, { ...inputs, wanted }, { candidates: false, signal });
  return together(told, await recovered(transport, kept, state, signal));
}

async function putBack(transport: Transport, context: OperationContext, before: EngineTraces): Promise<void> {
  if (Object.keys(before).length === 0) return;
  const options = { signal: context.signal, timeoutSeconds: 300 };
  const steps = restoreTraces(before, parseTraces((await transport.run(readTraces, { ...options, brief: true })).stdout));
  if (steps.length > 0) await transport.run(joinSh([sh`set -e`, ...steps]), options);
}
