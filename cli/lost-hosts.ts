import { existsSync, readFileSync } from "node:fs";
import { type Connection, ConnectionError, createSshPool } from "../hosts/index.ts";
import { didYouMean } from "../stacks/index.ts";
import type { Context } from "./context.ts";
import { type Pulumi, stateFile } from "./pulumi.ts";
import { exportState, importState, nameOf, STEP, type StackState, type StateResource } from "./state.ts";

const MACHINE = "distrobench:hosts:LabMachine";
const HOST = "distrobench:hosts:Host";

/** The host that a step belongs to, which is its parent; undefined for what is no step on a host. */
function hostOf({ type, parent = "" }: StateResource): string | undefined {
  return type === STEP && parent.includes(HOST) ? nameOf(parent) : undefined;
}

/** Steps that `destroy` would undo, by host. */
export function undoableSteps({ deployment }: StackState): ReadonlyMap<string, readonly string[]> {
  const steps = new Map<string, string[]>();
  for (const resource of deployment.resources ?? []) {
    const host = hostOf(resource);
    if (host === undefined || resource.inputs?.delete === undefined) continue;
    steps.set(host, [...(steps.get(host) ?? []), nameOf(resource.urn).slice(host.length + 1)]);
  }
  return steps;
}

/**
 * The state in which the steps of lost hosts go with their host, so that the engine deletes them without calling the plugin, which
 * would dial; the steps of all other hosts are undone as ever. Nothing is taken out, so nothing that depends on a step is touched.
 */
export function passOverSteps(state: StackState, lost: ReadonlySet<string>): StackState {
  const resources = state.deployment.resources?.map((resource) => {
    const host = hostOf(resource);
    if (host === undefined || resource.parent === undefined) return resource;
    const { deletedWith: _, ...alone } = resource;
    return lost.has(host) ? { ...alone, deletedWith: resource.parent } : alone;
  });
  return { ...state, deployment: { ...state.deployment, ...(resources === undefined ? {} : { resources }) } };
}

/** A sentence on each of `gone` that is no host of the state: taken away before, or misspelt. */
export function unknownHosts({ deployment }: StackState, gone: readonly string[]): readonly string[] {
  const hosts = (deployment.resources ?? []).filter(({ type }) => type === HOST).map(({ urn }) => nameOf(urn));
  return gone
    .filter((name) => !hosts.includes(name))
    .map((name) => `--gone ${name}: there is no such host${didYouMean(name, hosts)}`);
}

/**
 * Before a destroy: what the user's steps did on a lab machine that does not answer went with its disk, and of hosts in `gone` the user
 * says that they never come back. Returns what was given up and which of `gone` are no hosts, in sentences. Throws `UserError`.
 */
export async function giveUpSteps(context: Context, pulumi: Pulumi, stack: string, gone: readonly string[]): Promise<string[]> {
  if (gone.length === 0 && !mayHaveSteps(context, pulumi, stack)) return [];
  const before = await exportState(pulumi, stack);
  const steps = undoableSteps(before);
  const silent = await silentMachines(context, before, [...steps.keys()]);
  const lost = new Set([...gone, ...silent]);
  const after = passOverSteps(before, lost);
  if (JSON.stringify(after) !== JSON.stringify(before)) await importState(context, pulumi, stack, { before, after });
  const givenUp = [...steps].flatMap(([host, names]) => {
    if (!lost.has(host)) return [];
    const why = silent.includes(host) ? "is a lab machine that does not answer" : "never comes back, as you said";
    return [`${host} ${why}: not undone there: ${names.join(", ")}`];
  });
  return [...unknownHosts(before, gone), ...givenUp];
}

/** A look into our own file spares most stacks the second that an export takes. */
function mayHaveSteps(context: Context, pulumi: Pulumi, stack: string): boolean {
  if (pulumi.settings.backend !== "project") return true;
  const file = stateFile(context.root, stack);
  return existsSync(file) && readFileSync(file, "utf8").includes(`"${STEP}"`);
}

/** Of the hosts, those that are lab machines and can't be logged in to. */
async function silentMachines(context: Context, state: StackState, hosts: readonly string[]): Promise<string[]> {
  const machines = (state.deployment.resources ?? []).filter(({ type, urn }) => type === MACHINE && hosts.includes(nameOf(urn)));
  const pool = createSshPool({ root: context.root, signal: context.signal });
  const ask = async ({ urn, inputs }: StateResource): Promise<string[]> => {
    const host = nameOf(urn);
    const connection: Connection = { kind: "lab", host, directory: String(inputs?.directory) };
    return await pool.transport(connection).then(
      () => [],
      (error: unknown) => {
        if (error instanceof ConnectionError) return [host];
        throw error;
      },
    );
  };
  try {
    return (await Promise.all(machines.map(ask))).flat();
  } finally {
    await pool.close();
  }
}
