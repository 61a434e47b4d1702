import { type ChildProcess, spawn } from "node:child_process";
import { monotonic } from "./clock.ts";
import { followOutput, type Output } from "./output.ts";

/** Everything this program started and that still runs: killed when the session ends, however it ends. */
const running = new Set<ChildProcess>();

export interface Running extends Output {
  readonly child: ChildProcess;
  /** CLOCK_MONOTONIC nanoseconds just before it was spawned. */
  readonly spawned: bigint;
  /** Resolves when both streams are closed; -1 when it could not be started or a signal ended it. */
  readonly ended: Promise<number>;
}

export interface StartOptions {
  /** Not killed when the session ends. */
  readonly outlives?: boolean;
  /** Added to this program's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** This program's own by default. */
  readonly directory?: string;
}

/**
 * Starts a command in a process group of its own, without a shell. Never throws: a missing program ends with -1. One that `outlives`
 * the session is left to finish: half a removal is worse than one that ends a moment later.
 */
export function start(command: readonly string[], options: StartOptions = {}): Running {
  const [file = "", ...rest] = command;
  const { outlives = false, environment, directory } = options;
  const env = environment === undefined ? process.env : { ...process.env, ...environment };
  const spawned = monotonic();
  const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"], detached: true, env, cwd: directory });
  if (!outlives) running.add(child);
  const output = followOutput(child);
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      output.add(error.message);
      resolve(-1);
    });
    child.once("close", (code) => resolve(code ?? -1));
  }).finally(() => running.delete(child));
  return Object.assign(output, { child, spawned, ended });
}

/** Runs a command to its end. Rejects when it takes longer than `timeoutSeconds`; an exit code is a result. */
export async function run(
  command: readonly string[],
  timeoutSeconds: number,
  options: { readonly outlives?: boolean } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly tail: string }> {
  return captured(start(command, options), command, timeoutSeconds);
}

/** The same for one that is already started. */
export async function captured(
  process: Running,
  command: readonly string[],
  timeoutSeconds: number,
): Promise<{ readonly code: number; readonly stdout: string; readonly tail: string }> {
  const lines: string[] = [];
  process.onLine = (line, from) => {
    if (from === "stdout") lines.push(line);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${timeoutSeconds} s: ${command.join(" ")}`)), timeoutSeconds * 1000);
  });
  try {
    const code = await Promise.race([process.ended, late]);
    return { code, stdout: lines.join("\n"), tail: process.tail() };
  } finally {
    clearTimeout(timer);
    killGroup(process.child);
  }
}

/** Also what the command left in its group when it ended itself: a process in the background may hold its streams open. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The whole group has ended.
  }
}

export function killAll(): void {
  for (const child of running) killGroup(child);
}
