import { monotonic, secondsBetween } from "./clock.ts";
import { killGroup, type Running, start } from "./command.ts";
import type { Limits, Starter } from "./container-order.ts";
import { register, removeContainer } from "./containers.ts";
import { starters } from "./engines.ts";
import { probeLimits } from "./probe-limits.ts";
import type { LimitsReadBack } from "./read-limits.ts";

export interface UserCommandOrder {
  /** Run by `sh -c`. */
  readonly command: string;
  /** Run by `sh -c` on the host before the clock starts. */
  readonly prepare?: string | undefined;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute; without one, the measuring program's or the image's own. */
  readonly workingDirectory?: string | undefined;
  /** In a new container of this image; without it, on the host. */
  readonly container?:
    | {
        readonly starter: Exclude<Starter, "process">;
        readonly image: string;
        readonly limits: Limits;
        readonly slice?: string | undefined;
      }
    | undefined;
}

/** How one run of the user's command ended. Stamps are CLOCK_MONOTONIC nanoseconds as decimal strings. */
export type UserCommand =
  | {
      readonly outcome: "ended";
      readonly stdout: string;
      readonly stderr: string;
      readonly stamps: UserCommandStamps;
      /** Of a container like the command's. */
      readonly limits?: LimitsReadBack;
    }
  | { readonly outcome: "failed"; readonly cause: string; readonly stamps: UserCommandStamps };

type UserCommandStamps = { readonly start: string; readonly end: string };

/** Characters kept of each stream: the newest. */
const KEPT = 1_000_000;

/** Runs the command once, in a process group of its own. Rejects only when its container will not go, or its limits can't be read. */
export async function userCommand(order: UserCommandOrder): Promise<UserCommand> {
  if (order.container === undefined) return runOnce(order);
  const limits = await probeLimits(order.container);
  const found = await runOnce(order);
  return found.outcome === "ended" ? { ...found, limits } : found;
}

/** On a host the command may be run `under` another one: a program and its options, which stand before it. */
export async function runOnce(order: UserCommandOrder, under: readonly string[] = []): Promise<UserCommand> {
  if (order.prepare !== undefined) {
    const prepared = await timed(start(["sh", "-c", order.prepare], hostOptions(order)), order.timeoutSeconds);
    if (prepared.outcome === "failed") return { ...prepared, cause: `prepare: ${prepared.cause}` };
  }
  return order.container === undefined
    ? timed(start([...under, "sh", "-c", order.command], hostOptions(order)), order.timeoutSeconds)
    : inContainer(order, order.container);
}

function hostOptions({ environment, workingDirectory }: UserCommandOrder) {
  return { environment, ...(workingDirectory === undefined ? {} : { directory: workingDirectory }) };
}

async function inContainer(
  order: UserCommandOrder,
  { starter, image, limits, slice }: NonNullable<UserCommandOrder["container"]>,
): Promise<UserCommand> {
  const started = await register(starter);
  const words = { entrypoint: "sh", arguments: ["-c", order.command] };
  const { environment, workingDirectory } = order;
  try {
    const command = starters[starter].run({ starter, image, limits, slice, environment, workingDirectory, ...words }, started);
    return await timed(start(command), order.timeoutSeconds);
  } finally {
    await removeContainer(starter, started);
  }
}

/** From just before this call's caller spawned it to the end of both streams; a time-out kills the whole group. */
async function timed(process: Running, timeoutSeconds: number): Promise<UserCommand> {
  const text = { stdout: "", stderr: "" };
  process.onLine = (line, from) => {
    text[from] += `${line}\n`;
    // Not at every line: each cut copies all that is kept, beside the command that is timed.
    if (text[from].length > 2 * KEPT) text[from] = text[from].slice(-KEPT);
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(process.child);
  }, timeoutSeconds * 1000);
  const code = await process.ended;
  const end = monotonic();
  clearTimeout(timer);
  killGroup(process.child);
  const stamps = { start: String(process.spawned), end: String(end) };
  const [stdout, stderr] = [text.stdout.slice(-KEPT), text.stderr.slice(-KEPT)];
  if (code === 0) return { outcome: "ended", stdout, stderr, stamps };
  const ending = late ? `no end after ${timeoutSeconds} s` : `exit code ${code} after ${shortly(process.spawned, end)}`;
  return { outcome: "failed", cause: [ending, process.tail()].join("\n").trim(), stamps };
}

function shortly(from: bigint, to: bigint): string {
  return `${secondsBetween(from, to).toFixed(1)} s`;
}
