import { availableParallelism } from "node:os";
import { monotonic, secondsBetween } from "./clock.ts";
import { readOr } from "./conditions.ts";
import { parsePressure, parseRunnable } from "./proc.ts";

/** CPU pressure at one instant. */
export interface PressureReading {
  readonly at: bigint;
  /** Microseconds since boot in which some task waited for a CPU; absent where the kernel has no PSI. */
  readonly stalled: number | undefined;
  /** More tasks can run than there are CPUs: some of them wait. */
  readonly crowded: boolean;
}

export function readPressure(): PressureReading {
  return {
    at: monotonic(),
    stalled: parsePressure(readOr("/proc/pressure/cpu")).some,
    crowded: parseRunnable(readOr("/proc/stat")) > availableParallelism(),
  };
}

/**
 * Share of the time between the first and the last reading in which some task waited for a CPU. The kernel's own avg10 needs 23 s to fall
 * from 50 % to 5 % after a burst; its `total` counter gives the exact share of any time. Without PSI: the share of the readings at which
 * more tasks could run than there are CPUs. `undefined` for less than two readings.
 */
export function pressureOver(readings: readonly PressureReading[]): number | undefined {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  if (first.stalled !== undefined && last.stalled !== undefined)
    return (last.stalled - first.stalled) / 1e6 / secondsBetween(first.at, last.at);
  return readings.filter(({ crowded }) => crowded).length / readings.length;
}

/** Seconds looked back on before a sample: the limit of 5 % is then 50 ms, counted by the kernel in microseconds. */
const WINDOW = 1;
/** Milliseconds between two readings while it is waited. */
export const STEP_MS = 250;
const STEPS = (WINDOW * 1000) / STEP_MS;

/**
 * The most that the pressure of the last second can be, from readings up to now, oldest first; `undefined` while they do not tell. Since the
 * kernel counts up, what was stalled since any reading that is at least a second old bounds what was stalled in the last second: quiet that
 * was there already need not be waited for. Without PSI only readings a step apart tell.
 */
export function pressureOfLastSecond(readings: readonly PressureReading[]): number | undefined {
  const now = readings.at(-1);
  if (now === undefined) return undefined;
  if (now.stalled === undefined) return readings.length > STEPS ? pressureOver(readings.slice(-STEPS - 1)) : undefined;
  const from = readings.findLast(({ at, stalled }) => stalled !== undefined && secondsBetween(at, now.at) >= WINDOW);
  return from?.stalled === undefined ? undefined : Math.min(1, (now.stalled - from.stalled) / 1e6 / WINDOW);
}
