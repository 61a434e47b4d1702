import type { Stamps } from "../stamps.ts";
import { type Board, type FirstStart, onBoard } from "./board.ts";
import { crossChecked } from "./cross-check.ts";
import type { HefFigures } from "./hailortcli.ts";
import type { Inferences } from "./infer.ts";

/** The accelerator and the board it is on, as far as a run of a network needs them. */
export interface NetworkDevice extends Board {
  /** CLOCK_MONOTONIC nanoseconds. */
  now(): bigint;
  /** A process of its own that loads the network and infers for so long. */
  infer(seconds: number): Promise<Inferences>;
  /** HailoRT's own tool, with the same network. */
  benchmark(): Promise<HefFigures>;
}

export interface NetworkRun {
  /** Of the process that warmed the board; never counted. */
  readonly warm: Inferences;
  readonly counted: Inferences;
  readonly hef?: HefFigures;
  readonly conditions: Readonly<Record<string, number>>;
  /** `warmup.start`; `start` and `end`: begin of the first inference that counts and end of the last; `hef.start` and `hef.end`. */
  readonly stamps: Stamps;
}

interface Times {
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Whether HailoRT's own tool is asked afterwards. */
  readonly crossCheck: boolean;
}

/** One run: a process that warms the board, one whose inferences count, then HailoRT's own tool. Rejects with what they say. */
export async function networkRun(times: Times, device: NetworkDevice, first: FirstStart): Promise<NetworkRun> {
  const begin = device.now();
  const found = await onBoard(device, first, {
    warmUp: () => device.infer(times.warmupSeconds),
    count: () => device.infer(times.seconds),
  });
  const stamps = { "warmup.start": begin, ...ends(found.counted) };
  return { ...found, ...(await crossChecked(device, stamps, times.crossCheck ? () => device.benchmark() : undefined)) };
}

/** Seconds are whole nanoseconds, so nothing is lost. */
function ends({ origin, runs }: Inferences): Readonly<Record<"start" | "end", bigint>> {
  const [first, last] = [runs[0], runs.at(-1)];
  const after = (seconds: number) => BigInt(origin) + BigInt(Math.round(seconds * 1e9));
  return { start: after(first?.begin ?? 0), end: after((last?.begin ?? 0) + (last?.seconds ?? 0)) };
}
