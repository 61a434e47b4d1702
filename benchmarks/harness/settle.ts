import { monotonic, secondsBetween, sleep } from "./clock.ts";
import { readOr } from "./conditions.ts";
import { newTraces, type Traces, traces } from "./leftovers.ts";
import { parsePressure } from "./proc.ts";

export interface Settled {
  readonly seconds: number;
  /** Share of the last two seconds in which some task waited for a CPU; absent where the kernel has no PSI. */
  readonly pressure?: number;
  /** What the sample before left behind; empty when all is gone. */
  readonly leftovers: readonly string[];
  readonly quiet: boolean;
}

/**
 * Seconds of the window. The kernel's own avg10 needs 23 s to fall from 50 % to 5 % after a burst; its `total` counter gives the
 * exact share of any window.
 */
const WINDOW = 2;
const STEP_MS = 250;

/** Waits until nothing of the sample before is left and the CPU pressure is at most `limit`, for `timeoutSeconds` at most. */
export async function settle(before: Traces, limit: number, timeoutSeconds: number): Promise<Settled> {
  const start = monotonic();
  const readings: { readonly at: bigint; readonly stalled: number | undefined }[] = [];
  for (;;) {
    const at = monotonic();
    readings.push({ at, stalled: parsePressure(readOr("/proc/pressure/cpu")).some });
    const pressure = latest(readings);
    const leftovers = newTraces(before, traces());
    const waited = secondsBetween(start, at);
    const quiet = waited >= WINDOW && leftovers.length === 0 && (pressure ?? 0) <= limit;
    if (quiet || waited >= timeoutSeconds) {
      return { seconds: waited, leftovers, quiet, ...(pressure === undefined ? {} : { pressure }) };
    }
    await sleep(STEP_MS);
  }
}

/** Pressure over the newest window of the readings. */
function latest(readings: readonly { readonly at: bigint; readonly stalled: number | undefined }[]): number | undefined {
  const last = readings.at(-1);
  const first = readings[Math.max(0, readings.length - 1 - Math.round((WINDOW * 1000) / STEP_MS))];
  if (last?.stalled === undefined || first?.stalled === undefined || last === first) return undefined;
  return (last.stalled - first.stalled) / 1e6 / secondsBetween(first.at, last.at);
}
