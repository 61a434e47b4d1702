import { spawn } from "node:child_process";
import type { Context, Environment } from "./context.ts";

export interface Captured {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and collects what it writes. Never rejects because of an exit code; a missing program is code 127. */
export async function capture(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly environment?: Environment; readonly input?: string } = {},
): Promise<Captured> {
  // A run that collects nothing is spared the time that zx takes to load.
  const { $ } = await import("zx");
  const shell = $({
    nothrow: true,
    quiet: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...(options.environment ?? process.env) },
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const output = await shell`${command} ${args}`;
  return { code: output.exitCode, stdout: output.stdout, stderr: output.stderr };
}

export interface ShowOptions {
  readonly cwd: string;
  readonly environment: Environment;
  /** Everything the program writes goes to stderr, because stdout is for data. */
  readonly toStderr?: boolean;
  /** Called with what the program writes to stdout, which is shown as well. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/**
 * Runs a program that talks to the user itself; resolves with its exit code (130 when a signal of ours ended it).
 * On a terminal it shares our process group: ^C reaches it directly, and it may draw. Without one it gets a group of its own, so that it
 * receives each signal once, from us.
 */
export async function show(context: Context, command: string, args: readonly string[], options: ShowOptions): Promise<number> {
  const terminal = process.stdin.isTTY === true;
  const output = options.onStdout === undefined ? (options.toStderr === true ? 2 : "inherit") : "pipe";
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: { ...options.environment },
    stdio: ["inherit", output, "inherit"],
    detached: !terminal,
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    context.stdout.write(chunk);
    options.onStdout?.(chunk);
  });
  const forward = (signal: NodeJS.Signals) => {
    if (!terminal || signal !== "SIGINT") child.kill(signal);
  };
  process.on("SIGINT", forward).on("SIGTERM", forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? 130));
    });
  } finally {
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}
