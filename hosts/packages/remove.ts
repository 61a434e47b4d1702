import { distributionOf } from "../distribution.ts";
import { removeEditor } from "../editor/on-host.ts";
import { expectGone } from "../gone.ts";
import type { OperationContext } from "../operation.ts";
import type { PackagesInputs } from "../schema.ts";
import { joinSh, sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { type EngineTraces, parseTraces, readTraces, restoreTraces } from "./engine-traces.ts";
import { queryPackages } from "./query.ts";
import { type Brought, forgetRecord, readRecord, recovered, together } from "./record.ts";
import { isEngine } from "./table.ts";

const REMOVE_SECONDS = 1800;

/** Puts back what engines changed while they ran, stops what was started, and removes what was added, in one call. Succeeds when the packages are gone, or the host for good. */
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
  const outputs = await withRecord(transport, context, inputs, told);
  for (const name of outputs.services) await transport.run(services.stop(name), { ...options, accept: "any" });
  // Where no engine was asked for, one that was started since is somebody's, with its bridge and its units.
  if (inputs.wanted.some(isEngine)) await putBack(transport, context, outputs.traces ?? {});
  if (outputs.editor !== undefined) await removeEditor(transport, context.signal);
  if (outputs.added.length > 0) {
    const state = await queryPackages(transport, inputs, { candidates: false, signal: context.signal });
    const present = outputs.added.filter((name) => state.installed.has(name));
    if (present.length > 0) await remove(context, transport, inputs, present);
  }
  if (outputs.indexFetched === true) await transport.run(packages.dropIndex, options);
  await forgetRecord(transport, context.stack, context.signal);
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
  const { complete } = distributionOf(inputs.distribution).packages;
  await transport.run(complete, { signal, timeoutSeconds: REMOVE_SECONDS });
  const wanted = [...new Set([...inputs.wanted, ...kept.begun.wanted])];
  const state = await queryPackages(transport, { ...inputs, wanted }, { candidates: false, signal });
  return together(told, await recovered(transport, kept, state, signal));
}

async function putBack(transport: Transport, context: OperationContext, before: EngineTraces): Promise<void> {
  const options = { signal: context.signal, timeoutSeconds: 300 };
  const steps = restoreTraces(before, parseTraces((await transport.run(readTraces, options)).stdout));
  if (steps.length > 0) await transport.run(joinSh([sh`set -e`, ...steps]), options);
}

async function remove(
  context: OperationContext,
  transport: Transport,
  inputs: PackagesInputs,
  names: readonly string[],
): Promise<void> {
  const { packages } = distributionOf(inputs.distribution);
  const simulated = await transport.run(packages.simulateRemoval(names), {
    signal: context.signal,
    timeoutSeconds: REMOVE_SECONDS,
  });
  const others = packages.parseRemoval(simulated.stdout).filter((name) => !names.includes(name));
  if (others.length > 0) {
    context.warn(`${inputs.host}: ${names.join(", ")} stay: ${others.join(", ")}, installed since by someone else, need them`);
    return;
  }
  context.progress(`removing ${names.length} packages`);
  await transport.run(packages.remove(names), { signal: context.signal, timeoutSeconds: REMOVE_SECONDS });
}
