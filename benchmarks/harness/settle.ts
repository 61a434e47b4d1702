import { monotonic, secondsBetween, sleep } from "./clock.ts";
import { newTraces, type Traces, traces } from "./leftovers.ts";
import { type PressureReading, pressureOfLastSecond, pressureOver, readPressure, STEP_MS } from "./pressure.ts";

export interface Settled {
  readonly seconds: number;
  /** The most that the share of the last second can be in which some task waited for a CPU. */
  readonly pressure: number;
  /** What the sample before left behind; empty when all is gone. */
  readonly leftovers: readonly string[];
  readonly quiet: boolean;
}

interface Settling {
  /** What was there before the sample before. */
  readonly untouched: Traces;
  /** Readings from before, oldest first. */
  readonly earlier: readonly PressureReading[];
  /** Highest CPU pressure that is quiet. */
  readonly limit: number;
  readonly timeoutSeconds: number;
}

/**
 * Waits until nothing of the sample before is left and the CPU pressure of the last second is at most `limit`, for `timeoutSeconds` at most.
 * The second may have begun before this call; one step is always waited, so that what an engine does after a sample is seen. `newest` is
 * the reading for the next call.
 */
export async function settle({
  untouched,
  earlier,
  limit,
  timeoutSeconds,
}: Settling): Promise<{ readonly settled: Settled; readonly newest: PressureReading }> {
  const start = monotonic();
  const known = earlier.filter(({ stalled }) => stalled !== undefined);
  const readings: PressureReading[] = [];
  for (;;) {
    const newest = readPressure();
    readings.push(newest);
    const pressure = pressureOfLastSecond([...known, ...readings]);
    const leftovers = newTraces(untouched, traces());
    const seconds = secondsBetween(start, monotonic());
    const quiet = readings.length > 1 && leftovers.length === 0 && pressure !== undefined && pressure <= limit;
    if (quiet || seconds >= timeoutSeconds)
      return { settled: { seconds, leftovers, quiet, pressure: pressure ?? pressureOver(readings) ?? 0 }, newest };
    await sleep(STEP_MS);
  }
}
