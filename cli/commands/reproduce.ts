import { cpSync, existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import {
  exitCodes,
  type GateResult,
  gate,
  historyOf,
  namedBaseline,
  pastSessions,
  worstOf,
} from "../../benchmarks/gate/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderGateJson, renderGateTerminal } from "../../report/index.ts";
import {
  describeLockDifference,
  LENIENT_VARIABLE,
  LOCK_VARIABLE,
  type Lock,
  type LockDifference,
  loadPlan,
  lockDifferences,
  type Plan,
  readLock,
} from "../../stacks/index.ts";
import { type Context, Exit, print } from "../context.ts";
import type { Pulumi } from "../pulumi.ts";
import { openSession, sessionSource } from "../read-session.ts";
import { newestSessions } from "../sessions.ts";
import { snapshot } from "../snapshot.ts";
import { terminalOptions } from "../style.ts";
import { bringUp, prepare } from "./up.ts";

export interface ReproduceOptions {
  /** A matrix with the same hosts at other addresses. */
  readonly hosts?: string;
  readonly tolerance: number;
  readonly json?: boolean;
}

/** `distrobench reproduce`: the locked environment on other hardware, every difference by name, and a verdict on the locked metrics. */
export async function reproduce(context: Context, file: string, options: ReproduceOptions): Promise<void> {
  const lock = readLock(resolve(file));
  const stack = options.hosts ?? lock.stack;
  const plan = loadPlan(context.root, stack);
  refuseOther(lock, plan);
  bringSessions(context.root, lock, dirname(resolve(file)));
  const prepared = await prepare(context, stack);
  const variables = { [LOCK_VARIABLE]: resolve(file), [LENIENT_VARIABLE]: "1" };
  await bringUp(context, prepared, { variables, words: await measuredAgain(prepared.pulumi, stack) });
  const differences = lockDifferences(lock, await snapshot(context, prepared.pulumi, plan));
  const results = judge(context, stack, lock, options.tolerance);
  const verdict = worstOf(results);
  if (options.json === true) {
    const whole: unknown = JSON.parse(renderGateJson(verdict, exitCodes[verdict], results));
    print(context, JSON.stringify({ lock: resolve(file), differences, gate: whole }, undefined, 2));
  } else print(context, [listOf(differences), ...results.map((result) => terminal(context, result))].join("\n"));
  if (exitCodes[verdict] !== 0) throw new Exit(exitCodes[verdict]);
}

function listOf(differences: readonly LockDifference[]): string {
  if (differences.length === 0) return "The environment is as it was locked.\n";
  return ["Differences from the lock:", ...differences.map((one) => `  ${describeLockDifference(one)}`), ""].join("\n");
}

function terminal(context: Context, result: GateResult): string {
  return renderGateTerminal(result, terminalOptions(context.stdout, context.environment));
}

/** Another system, or another set of measurements, is no reproduction. */
function refuseOther(lock: Lock, plan: Plan): void {
  const hosts = new Map(plan.hosts.map(({ name, distribution }) => [name, distribution]));
  const wrong = Object.entries(lock.hosts).filter(([name, { distribution }]) => hosts.get(name) !== distribution);
  const measured = plan.benchmarks.map(({ name }) => name);
  const missing = Object.keys(lock.benchmarks).filter((name) => !measured.includes(name));
  if (wrong.length === 0 && missing.length === 0) return;
  const expected = wrong.map(([name, { distribution }]) => `host ${name} with ${distribution}`);
  throw new UserError(
    `stacks/${plan.stack}.yaml can't reproduce ${lock.stack}: it lacks ${[...expected, ...missing.map((name) => `benchmark ${name}`)].join(", ")}`,
    { remedy: `copy stacks/${lock.stack}.yaml, change only how its hosts are reached, and name the copy with --hosts` },
  );
}

/** The locked sessions, from beside the lock file where they are not below `results/`. */
function bringSessions(root: string, lock: Lock, folder: string): void {
  for (const { session } of Object.values(lock.benchmarks)) {
    const place = join(root, "results", session);
    if (existsSync(join(place, "session.json"))) continue;
    const found = [join(folder, session), join(folder, "results", session)].find((path) =>
      existsSync(join(path, "session.json")),
    );
    if (found === undefined)
      throw new UserError(`the locked session ${session} is not here, so there is nothing to compare with`, {
        remedy: `copy results/${session} from where the lock was made, to results/ or beside the lock file`,
      });
    cpSync(found, place, { recursive: true });
  }
}

const exported = z.object({
  deployment: z.object({ resources: z.array(z.object({ urn: z.string(), type: z.string() })).optional() }),
});

/** On the stack that was locked nothing has changed, so its benchmarks have to be told to run again. */
async function measuredAgain(pulumi: Pulumi, stack: string): Promise<string[]> {
  const { code, stdout } = await pulumi.capture(["stack", "export", "--stack", stack]);
  const resources = code === 0 ? (exported.parse(JSON.parse(stdout)).deployment.resources ?? []) : [];
  return resources.flatMap(({ urn, type }) => (type === "distrobench:benchmarks:Benchmark" ? ["--replace", urn] : []));
}

function judge(context: Context, stack: string, lock: Lock, tolerance: number): readonly GateResult[] {
  const source = sessionSource(context);
  const sessions = newestSessions(source.root, stack).map((directory) => openSession(source, directory));
  return Object.entries(lock.benchmarks).map(([name, { session }]) => {
    const current = sessions.find((data) => data.session.benchmark === name);
    if (current === undefined) throw new UserError(`${stack} has not measured ${name}`);
    const history = historyOf(current, pastSessions(source.root, current, source.warn));
    return judgeOne(current, openSession(source, join("results", session)), history, tolerance);
  });
}

/**
 * Other hardware and versions are what a reproduction is about: they are named, and do not stand in the way of a verdict. An emulator
 * on one side does, and so does another test.
 */
function judgeOne(
  current: SessionData,
  locked: SessionData,
  history: ReturnType<typeof historyOf>,
  tolerance: number,
): GateResult {
  const input = { current, baseline: namedBaseline(locked, tolerance), history, tolerance, mode: "reproduction" as const };
  const { differences } = gate(input);
  const expected = differences.filter(({ where, fact }) => where !== "session" && fact !== "emulated").map(({ fact }) => fact);
  return gate({ ...input, expected: [...new Set(expected)] });
}
