import { monotonic, secondsBetween, sleep } from "./clock.ts";
import { newTraces, type Traces, traces } from "./leftovers.ts";
import { type PressureReading, pressureOver, readPressure } from "./pressure.ts";

export interface Settled {
  readonly seconds: number;
  /** Share of the last second in which some task waited for a CPU. */
  readonly pressure: number;
  /** What the sample before left behind; empty when all is gone. */
  readonly leftovers: readonly string[];
  readonly quiet: boolean;
}

/** Seconds of the window over which the pressure is taken: the limit of 5 % is then 50 ms, counted by the kernel in microseconds. */
const WINDOW = 1;
const STEP_MS = 250;

/** Waits until nothing of the sample before is left and the CPU pressure is at most `limit`, for `timeoutSeconds` at most. */
export async function settle(before: Traces, limit: number, timeoutSeconds: number): Promise<Settled> {
  const start = monotonic();
  const readings: PressureReading[] = [];
  for (;;) {
    readings.push(readPressure());
    const pressure = pressureOver(readings.slice(-(WINDOW * 1000) / STEP_MS - 1)) ?? 0;
    const leftovers = newTraces(before, traces());
    const waited = secondsBetween(start, monotonic());
    const quiet = waited >= WINDOW && leftovers.length === 0 && pressure <= limit;
    if (quiet || waited >= timeoutSeconds) return { seconds: waited, leftovers, quiet, pressure };
    await sleep(STEP_MS);
  }
}
