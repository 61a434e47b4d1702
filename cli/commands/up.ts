import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { benchmarks } from "../../benchmarks/index.ts";
import type { WantedMachine } from "../../hosts/lab/index.ts";
import {
  describeLockDifference,
  LOCK_VARIABLE,
  loadPlan,
  lockDifferences,
  lockFile,
  NOISY_HOST_VARIABLE,
  type Plan,
  readLock,
} from "../../stacks/index.ts";
import { type Context, Exit, say } from "../context.ts";
import { heal, refuseBusy } from "../heal.ts";
import { commandFor } from "../hints.ts";
import { installMissing, missingWords } from "../install.ts";
import { noisyRuns } from "../noisy-runs.ts";
import { failureList, type Operations, operationTable, readOperations } from "../operations.ts";
import type { Need } from "../prerequisites.ts";
import { ensureStack, expectSuccess, openPulumi, type Pulumi } from "../pulumi.ts";
import { operationsFile } from "../runs.ts";
import { newestSessions } from "../sessions.ts";
import { snapshot } from "../snapshot.ts";
import { Stages, type StageTime } from "../stages.ts";
import { stoppingSteps } from "../stopping-steps.ts";
import { duration, styleOf, table } from "../style.ts";
import { runUnconfirmedAgain } from "../unconfirmed-steps.ts";
import { writeLock } from "./lock.ts";
import { printComparison } from "./report.ts";

export interface UpOptions {
  /** Take today's versions instead of the locked ones, and lock them. */
  readonly updateLock?: boolean;
  /** Measure on busy hosts, too. */
  readonly noisyHost?: boolean;
}

/** `distrobench up`: from whatever this machine has to the comparison, saying what is done and how long it takes. */
export async function up(context: Context, stack: string, options: UpOptions = {}): Promise<void> {
  const { plan, pulumi, stages } = await prepare(context, stack);
  const variables = {
    ...(options.updateLock === true ? { [LOCK_VARIABLE]: "none" } : {}),
    ...(options.noisyHost === true ? { [NOISY_HOST_VARIABLE]: "1" } : {}),
  };
  const operations = await bringUp(context, { plan, pulumi, stages }, { variables });
  if (options.updateLock === true) await writeLock(context, pulumi, plan);
  else if (existsSync(lockFile(context.root, stack))) await sayDifferences(context, pulumi, plan);
  say(context);
  printComparison(context, newestSessions(context.root, stack));
  for (const line of noisyRuns(context.root, plan)) say(context, `\n${line}`);
  say(context, `\nReport: ${join(plan.report.directory, "index.html")}\n`);
  say(context, stageTable(stages.times, operations));
  say(context, `\nRemove everything again: ${commandFor("destroy", stack)}`);
}

/** `distrobench preview`: what `up` would do, without doing it. */
export async function preview(context: Context, stack: string, options: { readonly json?: boolean }): Promise<void> {
  const { plan, pulumi } = await prepare(context, stack, sayMissing);
  const again = await runUnconfirmedAgain(pulumi, plan);
  const json = options.json === true ? ["--json"] : [];
  const code = await pulumi.show(["preview", "--stack", stack, ...again, ...json, ...(options.json ? [] : ["--diff=false"])]);
  expectSuccess(context, code);
}

export interface UpRun {
  readonly variables?: Readonly<Record<string, string>>;
  /** Further words for `pulumi up`. */
  readonly words?: readonly string[];
}

/** Runs `pulumi up`. Throws `Exit`, having said what failed, when it did not succeed. */
export async function bringUp(context: Context, { plan, pulumi, stages }: Prepared, run: UpRun): Promise<Operations> {
  refuseBusy(context.root, plan.stack);
  const log = operationsFile(context.root, plan.stack);
  const words = [...(await runUnconfirmedAgain(pulumi, plan)), ...(run.words ?? [])];
  const code = await stages.run(
    `Bringing ${plan.stack} up`,
    async () => await stoppingSteps(context, plan.stack, async () => await runUp(pulumi, plan, log, { ...run, words })),
  );
  const operations = readOperations(log);
  if (code !== 0) explainFailure(context, plan.stack, operations);
  expectSuccess(context, code);
  return operations;
}

/** An image that is not the locked one is no failure, but its reason must be seen. */
async function sayDifferences(context: Context, pulumi: Pulumi, plan: Plan): Promise<void> {
  const lock = readLock(lockFile(context.root, plan.stack));
  const differences = lockDifferences(lock, await snapshot(context, pulumi, plan));
  if (differences.length === 0) say(context, `\nAs locked in stacks/${plan.stack}.lock.json.`);
  else say(context, `\nDiffers from stacks/${plan.stack}.lock.json (./distrobench lock ${plan.stack} locks what is there now):`);
  for (const difference of differences) say(context, `  ${describeLockDifference(difference)}`);
}

export interface Prepared {
  readonly plan: Plan;
  readonly pulumi: Pulumi;
  readonly stages: Stages;
}

/** What is done about programs that are missing on this machine. */
type Complete = typeof installMissing;

/** A preview says what is missing, as it says everything else that would be done. */
const sayMissing: Complete = async (context, needs, machines, note) => {
  const words = await missingWords(context, needs, machines);
  if (words !== undefined) note(`missing, and to be installed first: ${words}`);
};

/** Makes ready for Pulumi whatever a stack needs on this machine. Throws `UserError`. */
export async function prepare(context: Context, stack: string, complete: Complete = installMissing): Promise<Prepared> {
  const plan = loadPlan(context.root, stack);
  const stages = new Stages(context);
  await stages.run("Checking what is needed", async (note) => await complete(context, needsOf(plan), machinesOf(plan), note));
  checkAborted(context);
  const pulumi = await stages.run("Preparing Pulumi", async (note) => {
    const opened = await openPulumi(context, note);
    note(engineLine(opened));
    for (const repaired of await heal(context, opened, stack)) note(repaired);
    await ensureStack(context, opened, stack);
    return opened;
  });
  checkAborted(context);
  return { plan, pulumi, stages };
}

/** What of this machine a plan uses. */
function needsOf(plan: Plan): Set<Need> {
  const needs = new Set<Need>();
  if (plan.hosts.some(({ machine }) => machine !== undefined)) needs.add("lab");
  if (plan.hosts.some(({ machine }) => machine?.boot === "grub")) needs.add("grub");
  if (plan.images.some(({ base }) => base.kind === "mmdebstrap")) needs.add("mmdebstrap");
  if (plan.images.length > 0) needs.add("ssh");
  for (const { test } of plan.benchmarks) for (const need of benchmarks[test]?.controllerNeeds ?? []) needs.add(need);
  return needs;
}

function machinesOf(plan: Plan): WantedMachine[] {
  return plan.hosts.flatMap(({ machine }) => machine ?? []);
}

function engineLine({ engine, settings }: Pulumi): string {
  const kinds = { path: "found on PATH", downloaded: "downloaded", built: "built here" } as const;
  const parts = engine.standIns ? ", with plugins of distrobench's own" : "";
  const state = settings.backend === "project" ? "state in .distrobench/state" : "state where you are logged in";
  return `Pulumi ${engine.version} (${kinds[engine.kind]}${parts}), ${state}`;
}

async function runUp(pulumi: Pulumi, plan: Plan, log: string, { variables, words = [] }: UpRun): Promise<number> {
  mkdirSync(join(log, ".."), { recursive: true });
  const args = ["up", "--yes", "--skip-preview", "--suppress-outputs", "--stack", plan.stack, ...words];
  return await pulumi.show(args, { toStderr: true, variables: { DISTROBENCH_OPERATIONS: log, ...variables } });
}

function explainFailure(context: Context, stack: string, operations: Operations): void {
  const failures = failureList(operations);
  if (failures !== "") say(context, styleOf(context.stderr, context.environment).bad(failures));
  const way = commandFor("destroy", stack);
  say(context, `What was done is kept: run the same command again to go on, or ${way} to remove it.`);
}

function stageTable(stages: readonly StageTime[], operations: Operations): string {
  const rows = stages.map(({ name, seconds }) => [name, duration(seconds)]);
  const detail = operationTable(operations);
  return [table(rows, [1]), ...(detail === "" ? [] : ["", detail])].join("\n");
}

function checkAborted(context: Context): void {
  if (context.signal.aborted) throw new Exit(130);
}
