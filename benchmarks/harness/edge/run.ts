import { secondsBetween } from "../clock.ts";
import { type Stamps, textOf } from "../stamps.ts";
import type { Generated } from "./generate.ts";
import type { HefFigures } from "./hailortcli.ts";

/** The accelerator and the board it is on, as far as a run needs them. */
export interface EdgeDevice {
  /** CLOCK_MONOTONIC nanoseconds. */
  now(): bigint;
  generate(): Promise<Generated>;
  /** Degrees Celsius; what the board does not tell is `undefined`, here and below. */
  celsius(): number | undefined;
  /** Waits until the board is as warm as wanted, or for so long; its temperature then. */
  coolDown(wanted: number): Promise<number | undefined>;
  throttleBits(): Promise<number | undefined>;
  /** Frees the device of the model and runs the tool of its own. */
  benchmark(hef: string): Promise<HefFigures>;
}

/** Degrees Celsius at the first start of the session; absent before it, and on a board that does not tell. */
export interface FirstStart {
  celsius?: number;
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

/**
 * One run: warm up, let the board become as warm as at the first start of the session, ask for the time that counts, then the network. The
 * warm-up comes first, so that every start that counts has the model loaded and the same temperature. Rejects with what the device says.
 */
export async function edgeRun(times: Times, device: EdgeDevice, first: FirstStart): Promise<EdgeRun> {
  const warm = await askFor(times.warmupSeconds, device);
  const start = first.celsius === undefined ? device.celsius() : await device.coolDown(first.celsius);
  if (first.celsius === undefined && start !== undefined) first.celsius = start;
  const before = await device.throttleBits();
  const counted = await askFor(times.seconds, device);
  const conditions = known({
    ...{ "throttle.before": before, "throttle.after": await device.throttleBits() },
    ...{ "celsius.first": first.celsius, "celsius.start": start, "celsius.end": device.celsius() },
  });
  const begins = Object.fromEntries(counted.begins.map((stamp, index) => [`request.${index}`, stamp]));
  const asked = { "warmup.start": warm.start, start: counted.start, end: counted.end, ...begins };
  const run = { warmups: warm.answers, requests: counted.answers, conditions };
  if (times.hef === undefined) return { ...run, stamps: textOf(asked) };
  const hefStart = device.now();
  const hef = await device.benchmark(times.hef);
  return { ...run, hef, stamps: textOf({ ...asked, "hef.start": hefStart, "hef.end": device.now() }) };
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

function known(values: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
