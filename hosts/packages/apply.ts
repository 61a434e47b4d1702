import { type Distribution, distributionOf } from "../distribution.ts";
import { bringEditor, presentEditor } from "../editor/on-host.ts";
import { editorName } from "../editor/release.ts";
import { CommandError, UserError } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import type { PackagesInputs, PackagesOutputs } from "../schema.ts";
import type { Shell } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { parseTraces, readTraces } from "./engine-traces.ts";
import { lockedVersions } from "./locked.ts";
import { engineVersions, type PackagePlan, type PackageState, planPackages } from "./plan.ts";
import { queryPackages } from "./query.ts";
import { type Brought, type PackageRecord, readRecord, recovered, saveRecord, together } from "./record.ts";
import { packageNames } from "./table.ts";

/** Seconds; a package's scripts and a service's start take minutes on an emulated machine. */
const INSTALL_SECONDS = 3600;
const SERVICE_SECONDS = 600;

interface Work {
  readonly context: OperationContext;
  readonly transport: Transport;
  readonly distribution: Distribution;
  readonly inputs: PackagesInputs;
}

/**
 * Brings a host's packages to what is wanted. `changed` is told after every step that changed something, so that a failure behind it
 * loses nothing. Rejects with `UserError` or `CommandError`.
 */
export async function applyPackages(
  context: OperationContext,
  inputs: PackagesInputs,
  before: PackagesOutputs,
  changed: (outputs: PackagesOutputs) => void,
): Promise<PackagesOutputs> {
  const distribution = distributionOf(inputs.distribution);
  const work: Work = { context, transport: await context.transport(inputs.connection), distribution, inputs };
  let outputs: PackagesOutputs = { ...before, ...inputs };
  const keep = (news: Partial<PackagesOutputs>) => {
    outputs = { ...outputs, ...news };
    changed(outputs);
  };
  const kept = await readRecord(work.transport, context.stack, context.signal);
  if (kept?.begun !== undefined)
    await run(work, "completing an installation that was cut off", distribution.packages.complete, INSTALL_SECONDS);
  let state = await query(work, true);
  outputs = await withBefore(work, outputs, state, kept);
  let plan = planPackages(inputs, state);
  const end = await begin(work, outputs, state, plan, kept);
  if (plan.install.some((name) => !state.candidates.has(name) && state.versions?.has(name) !== true)) {
    keep({ indexFetched: !state.hasIndex || outputs.indexFetched === true });
    await run(work, "fetching the package index", distribution.packages.fetchIndex, INSTALL_SECONDS);
    state = await query(work, true);
    plan = planPackages(inputs, state);
  }
  const unlocked = unlock(work, state, outputs.added);
  plan = planPackages(unlocked.inputs, state);
  refuseMissing(inputs, state, plan);
  if (plan.install.length > 0) state = await install(unlocked, state, plan, outputs, keep);
  await startServices(work, planPackages(unlocked.inputs, state), outputs, keep);
  if (inputs.wanted.includes("editor")) await applyEditor(work, keep);
  keep({ configured: (outputs.configured ?? []).filter((name) => outputs.added.includes(name)) });
  await end(outputs);
  return { ...outputs, installed: versions(inputs, state), engines: engineVersions(inputs, state) };
}

/** With what a run that was killed had brought before, and the traces of engines as they were found. */
async function withBefore(
  { context, transport }: Work,
  outputs: PackagesOutputs,
  state: PackageState,
  kept: PackageRecord | undefined,
): Promise<PackagesOutputs> {
  const all = kept === undefined ? outputs : together(outputs, await recovered(transport, kept, state, context.signal));
  const traces = all.traces ?? parseTraces((await transport.run(readTraces, { brief: true })).stdout);
  return { ...outputs, ...all, configured: configuredBefore(all, state), traces };
}

/** What was left configured before we brought it; one of ours that somebody has removed since was not. */
function configuredBefore({ added, configured = [] }: Brought, state: PackageState): string[] {
  const found = (state.configured ?? []).filter((name) => !added.includes(name));
  return [...new Set([...configured, ...found])].sort();
}

/** Before anything is changed the host itself keeps how it is; the function that is returned says that the change has ended. */
async function begin(
  work: Work,
  outputs: PackagesOutputs,
  state: PackageState,
  plan: PackagePlan,
  kept: PackageRecord | undefined,
): Promise<(outputs: PackagesOutputs) => Promise<void>> {
  const { context, transport, inputs } = work;
  const { signal, stack } = context;
  const hasEditor = !inputs.wanted.includes("editor") || (await presentEditor(transport, signal)) !== undefined;
  const nothing = plan.install.length === 0 && plan.start.length === 0 && hasEditor;
  // What an earlier destroy had to leave is in use again.
  if (nothing && kept?.left !== true) return async () => undefined;
  const installed = [...state.installed.keys()];
  const begun = { wanted: [...inputs.wanted], installed, active: [...state.active], hasIndex: state.hasIndex, hasEditor };
  await saveRecord(transport, stack, { brought: outputs, begun }, signal);
  return async (brought) => await saveRecord(transport, stack, { brought }, signal);
}

async function install(
  work: Work,
  before: PackageState,
  plan: PackagePlan,
  outputs: PackagesOutputs,
  keep: (news: Partial<PackagesOutputs>) => void,
): Promise<PackageState> {
  const { inputs, distribution } = work;
  const remember = async () => {
    const after = await query(work, false);
    const added = [...after.installed.keys()].filter((name) => !before.installed.has(name));
    keep({ added: [...new Set([...outputs.added, ...added])].sort(), installed: versions(inputs, after) });
    return after;
  };
  try {
    const script = distribution.packages.install(plan.install, inputs.versions ?? {});
    await run(work, `installing ${plan.install.join(", ")}`, script, INSTALL_SECONDS);
  } catch (error) {
    await remember().catch(() => {});
    throw await whatStands(work, plan, error);
  }
  const after = await remember();
  reportUpgrades(work, before, after);
  return after;
}

/** Of an installation that failed because packages of the host would have had to go: which ones, and what to do. */
async function whatStands({ inputs, distribution, transport, context }: Work, { install }: PackagePlan, error: unknown) {
  const { simulateInstall, parseRemoval } = distribution.packages;
  if (simulateInstall === undefined || !(error instanceof CommandError)) return error;
  const simulation = simulateInstall(install, inputs.versions ?? {});
  const answer = await transport.run(simulation, { accept: "any", signal: context.signal }).catch(() => undefined);
  const removed = parseRemoval(answer?.stdout ?? "");
  if (removed.length === 0) return error;
  const wanted = install.join(", ");
  return new UserError(
    `${inputs.host}: ${wanted} can't be installed beside ${removed.join(", ")}, which the host has; all stays`,
    {
      remedy: `remove ${removed.join(", ")} on the host yourself, or give this host a list of packages without what they are in the way of`,
      cause: error,
    },
  );
}

async function startServices(
  work: Work,
  plan: PackagePlan,
  outputs: PackagesOutputs,
  keep: (news: Partial<PackagesOutputs>) => void,
): Promise<void> {
  let services = outputs.services;
  for (const name of plan.start) {
    services = [...new Set([...services, name])];
    keep({ services });
    await run(work, `starting ${name}`, work.distribution.services.start(name), SERVICE_SECONDS);
  }
}

/** One that is there already and not ours stays somebody else's. */
async function applyEditor({ context, transport }: Work, keep: (news: Partial<PackagesOutputs>) => void): Promise<void> {
  if ((await presentEditor(transport, context.signal)) === editorName) return;
  keep({ editor: editorName });
  await bringEditor(context, transport);
}

/** The work with the locked versions that can be had. Throws `UserError` for the others, unless the newest ones will do. */
function unlock(work: Work, state: PackageState, ours: readonly string[]): Work {
  const { inputs, context } = work;
  const { versions, problems } = lockedVersions(inputs, state, ours);
  if (problems.length === 0) return work;
  const list = problems.map((problem) => `  ${problem}`).join("\n");
  const message = `${inputs.host}: ${problems.length} locked versions are not to be had:\n${list}`;
  if (inputs.whenNotToBeHad !== "newest")
    throw new UserError(message, {
      remedy: `take today's versions and lock them: ./distrobench up ${context.stack} --update-lock`,
    });
  context.warn(message);
  return { ...work, inputs: { ...inputs, versions } };
}

function refuseMissing(inputs: PackagesInputs, state: PackageState, plan: PackagePlan): void {
  const missing = plan.install.filter((name) => !state.candidates.has(name) && state.versions?.has(name) !== true);
  if (missing.length > 0)
    throw new UserError(`${inputs.host}: no package source of the host has ${missing.join(", ")}`, {
      remedy: distributionOf(inputs.distribution).packages.whenMissing,
    });
}

function reportUpgrades(work: Work, before: PackageState, after: PackageState): void {
  for (const [name, version] of before.installed) {
    const now = after.installed.get(name);
    if (now !== undefined && now !== version)
      work.context.warn(`${work.inputs.host}: ${name} went from ${version} to ${now}: an older version can't be brought back`);
  }
}

function versions(inputs: PackagesInputs, state: PackageState): Record<string, string> {
  const names = packageNames(inputs.distribution, state.release, inputs.wanted, state);
  return Object.fromEntries(
    names.flatMap((name) => (state.installed.has(name) ? [[name, state.installed.get(name) ?? ""]] : [])),
  );
}

async function query(work: Work, candidates: boolean): Promise<PackageState> {
  return await queryPackages(work.transport, work.inputs, { candidates, signal: work.context.signal });
}

async function run(work: Work, what: string, script: Shell, timeoutSeconds: number): Promise<void> {
  const { context, transport } = work;
  context.progress(what);
  await transport.run(script, {
    timeoutSeconds,
    signal: context.signal,
    onStdout: (chunk) => {
      const line = Buffer.from(chunk).toString().trim().split("\n").at(-1);
      if (line !== undefined && line !== "") context.progress(`${what}: ${line.slice(0, 100)}`);
    },
  });
}
