import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../benchmarks/index.ts";
import type { Context } from "./context.ts";
import { type Pulumi, stateFile } from "./pulumi.ts";
import { exportState, importState, type PendingOperation, resource, type StateResource } from "./state.ts";

/** What leaves a record on its host from before its first change, or is found there by its name: its delete needs nothing else. */
const FOUND_BY_ITSELF: ReadonlySet<string> = new Set(
  ["hosts:Packages", "hosts:Files", "tuning:Tuning", "images:BaseImage", "images:DeliveredImage", "images:DeliveredModel"].map(
    (name) => `distrobench:${name}`,
  ),
);

/**
 * Settles what the state says was begun and is not known to have ended. Handlers find out by themselves what that left on a host, so an `up`
 * needs no note of it; but one that is killed before it gets there would have lost it, so it is kept beside the state. A destroy takes all
 * of it as resources to delete. Returns what was done, in sentences.
 */
export async function settlePending(context: Context, pulumi: Pulumi, stack: string, destroying: boolean): Promise<string[]> {
  const kept = keptBegun(context.root, stack);
  const file = stateFile(context.root, stack);
  if (!existsSync(file)) return [];
  if (kept.length === 0 && !readFileSync(file, "utf8").includes('"pending_operations"')) return [];
  const before = await exportState(pulumi, stack);
  const { pending_operations: pending = [], ...clean } = before.deployment;
  const resources = clean.resources ?? [];
  const half = missingIn(resources, [...kept, ...halfCreated(pending)]);
  const taken = destroying ? half : [];
  // Kept first: a run that is killed here has it twice, not never.
  keepBegun(context.root, stack, half);
  if (pending.length > 0 || taken.length > 0) {
    const after = { ...before, deployment: { ...clean, resources: [...resources, ...taken] } };
    await importState(context, pulumi, stack, { before, after });
  }
  if (destroying) keepBegun(context.root, stack, []);
  return told(taken.length, pending.length);
}

function told(taken: number, pending: number): string[] {
  if (taken > 0) return [`${taken} of what a run that was killed had begun to make will be taken away`];
  return pending === 0 ? [] : [`${pending} operation${pending === 1 ? "" : "s"} of a run that was killed will be done again`];
}

/** Creates that were begun, as resources that a destroy deletes. Their outputs are what was asked for: nobody was told more. */
function halfCreated(pending: readonly PendingOperation[]): readonly StateResource[] {
  return pending
    .filter(({ type, resource }) => type === "creating" && FOUND_BY_ITSELF.has(resource.type))
    .map(({ resource }) => ({ ...resource, id: "begun", outputs: resource.inputs ?? {} }));
}

/** Those that the state does not have, each once and without ties to what is gone: the engine refuses a state with loose ends. */
function missingIn(resources: readonly StateResource[], half: readonly StateResource[]): readonly StateResource[] {
  const known = new Set(resources.map(({ urn }) => urn));
  const newest = new Map(half.filter(({ urn }) => !known.has(urn)).map((one) => [one.urn, one]));
  return [...newest.values()]
    .filter(({ provider = "" }) => known.has(provider.slice(0, provider.lastIndexOf("::"))))
    .map(({ dependencies = [], propertyDependencies: _tied, ...one }) => ({
      ...one,
      dependencies: dependencies.filter((urn) => known.has(urn)),
    }));
}

function begunFile(root: string, stack: string): string {
  return join(root, ".distrobench", "begun", `${stack}.json`);
}

function keptBegun(root: string, stack: string): readonly StateResource[] {
  const file = begunFile(root, stack);
  return existsSync(file) ? z.array(resource).parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

function keepBegun(root: string, stack: string, half: readonly StateResource[]): void {
  const file = begunFile(root, stack);
  if (half.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Killed runs are what this is for: it is there as a whole or not at all.
  replaceFile(file, `${JSON.stringify(half)}\n`, { mode: 0o600 });
}
