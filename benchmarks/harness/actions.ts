import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { coldStart } from "./cold-start.ts";
import { type Counters, changes, counters, levels } from "./conditions.ts";
import type { Starter } from "./container-order.ts";
import { sweep } from "./containers.ts";
import { calibrateControlKernel, runControlKernel } from "./control-kernel.ts";
import { type Countable, countOnce, missingCounters } from "./count.ts";
import { density } from "./density.ts";
import { edge, edgeNetwork } from "./edge/action.ts";
import { atRest } from "./host-load.ts";
import { takeHost } from "./host-lock.ts";
import { kernelErrorLines } from "./kernel-log.ts";
import { type Traces, traces } from "./leftovers.ts";
import { llamaBench, llmTokens } from "./llm-tokens.ts";
import { memory } from "./memory.ts";
import { onnxRuns } from "./onnx.ts";
import { clientSpawns, sendLateness, startOverheads } from "./overheads.ts";
import { type PressureReading, readPressure } from "./pressure.ts";
import { type Settled, settle } from "./settle.ts";
import { coldStartIn } from "./start-state.ts";
import { steadyLoad } from "./steady-load.ts";
import { heat } from "./throttle.ts";
import { userCommand } from "./user-command.ts";

/** Prefix of every dotted name in a record. */
function under(prefix: string, values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

let untouched: Traces = new Set();
let started: Counters = counters();
let rounds = 0;
/** At the end of the last wait for quiet, and right before the sample that followed. */
let looks: readonly PressureReading[] = [];

/** Everything the controller can ask for. A new test with a part on the host adds one line and one file. */
export const actions = {
  hello: async () => ({
    node: process.version,
    digest: createHash("sha256")
      .update(readFileSync(process.argv[1] ?? ""))
      .digest("hex"),
  }),
  "take-host": takeHost,
  /** Once per session: removes what a killed session left, and scales the control kernel. */
  calibrate: async ({ starters }: { readonly starters: readonly Starter[] }) => {
    const swept = await sweep(starters);
    const kernel = calibrateControlKernel();
    rounds = kernel.count;
    untouched = traces();
    return { controlCount: kernel.count, controlSeconds: kernel.seconds, swept };
  },
  /** Once per session, before the first sample: what else this host does. */
  rest: atRest,
  "client-spawns": ({ starter, spawns }: { readonly starter: Starter; readonly spawns: number }) => clientSpawns(starter, spawns),
  "start-overheads": startOverheads,
  "send-lateness": sendLateness,
  settle: async (given: { readonly limit: number; readonly timeoutSeconds: number }): Promise<Settled> => {
    const { settled, newest } = await settle({ ...given, untouched, earlier: looks });
    looks = [newest];
    return settled;
  },
  /** Takes the place of `calibrate` in a program that was started anew within the session, after its host was restarted. */
  resume: async ({ controlCount }: { readonly controlCount: number }) => {
    rounds = controlCount;
    untouched = traces();
    started = counters();
  },
  /** Right before a sample: the control kernel, then what is true of the host. */
  before: async () => {
    untouched = traces();
    const warmth = await heat();
    const control = runControlKernel(rounds);
    started = counters();
    looks = [...looks.slice(-1), readPressure()];
    return { "control.seconds": control, ...under("before", { ...levels(), ...warmth }) };
  },
  /** Right after a sample, before anything is asked of the host again. */
  after: async () => {
    const during = changes(started, counters());
    return { ...under("during", during), ...under("after", { ...levels(), ...(await heat()) }) };
  },
  /** Text of the newest kernel errors, asked for only where `after` counted some. */
  "kernel-lines": async ({ count }: { readonly count: number }) => kernelErrorLines(count),
  "cold-start": coldStart,
  "cold-start-in": coldStartIn,
  "user-command": userCommand,
  count: countOnce,
  "missing-counters": async (what: readonly Countable[]) => missingCounters(what),
  "steady-load": steadyLoad,
  "llm-tokens": llmTokens,
  "llama-bench": llamaBench,
  onnx: onnxRuns,
  memory,
  density,
  edge,
  "edge-network": edgeNetwork,
};

export type Actions = typeof actions;
export type ActionName = keyof Actions;
/** What an action takes; `undefined` for those that take nothing. */
export type ActionArguments<Name extends ActionName> = Parameters<Actions[Name]>[0];
export type ActionResult<Name extends ActionName> = Awaited<ReturnType<Actions[Name]>>;
