import { secondsBetween } from "../clock.ts";
import type { Stamps } from "../stamps.ts";
import { type Board, type FirstStart, onBoard } from "./board.ts";
import { crossChecked } from "./cross-check.ts";
import type { Generated } from "./generate.ts";
import type { HefFigures } from "./hailortcli.ts";

/** The accelerator and the board it is on, as far as a run needs them. */
export interface EdgeDevice extends Board {
  /** CLOCK_MONOTONIC nanoseconds. */
  now(): bigint;
  generate(): Promise<Generated>;
  /** Frees the device of the model and runs the tool of its own. */
  benchmark(hef: string): Promise<HefFigures>;
}

export interface EdgeRun {
  /** Not counted; at least one, which loads the model. */
  readonly warmups: readonly Generated[];
  readonly requests: readonly Generated[];
  readonly hef?: HefFigures;
  /** `throttle.before`, `celsius.start` and so on; what this host does not tell is absent. */
  readonly conditions: Readonly<Record<string, number>>;
  /** `warmup.start`, `start`, `request.0` and so on (just before each was asked), `end`; `hef.start` and `hef.end`. */
  readonly stamps: Stamps;
}

interface Times {
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly hef?: string | undefined;
}

/** One run: warm up, which loads the model, then ask for the time that counts, then the network. Rejects with what the device says. */
export async function edgeRun(times: Times, device: EdgeDevice, first: FirstStart): Promise<EdgeRun> {
  const { warm, counted, conditions } = await onBoard(device, first, {
    warmUp: () => askFor(times.warmupSeconds, device),
    count: () => askFor(times.seconds, device),
  });
  const begins = Object.fromEntries(counted.begins.map((stamp, index) => [`request.${index}`, stamp]));
  const asked = { "warmup.start": warm.start, start: counted.start, end: counted.end, ...begins };
  const run = { warmups: warm.answers, requests: counted.answers, conditions };
  const { hef: path } = times;
  return { ...run, ...(await crossChecked(device, asked, path === undefined ? undefined : () => device.benchmark(path))) };
}

interface Asked {
  readonly answers: readonly Generated[];
  readonly start: bigint;
  /** Just before each was asked. */
  readonly begins: readonly bigint[];
  readonly end: bigint;
}

/** One request after the other until the time has passed since the first; always at least one. */
async function askFor(seconds: number, device: EdgeDevice): Promise<Asked> {
  const answers: Generated[] = [];
  const begins: bigint[] = [];
  const start = device.now();
  let end = start;
  do {
    begins.push(end);
    answers.push(await device.generate());
    end = device.now();
  } while (secondsBetween(start, end) < seconds);
  return { answers, start, begins, end };
}
