import { type ChildProcess, spawn } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { UserError } from "../errors.ts";

/** Between asking a process group to end and ending it. */
const GRACE_MILLISECONDS = 1000;
const KEPT_LINES = 40;

export interface LocalProcessOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Ends the whole process group within two seconds; the promise rejects with the signal's reason when it is gone. */
  readonly signal?: AbortSignal;
  readonly timeoutSeconds?: number;
  readonly stdinFile?: string;
  readonly stdoutFile?: string;
  /** Every line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A local program failed. `lines` are the last ones it wrote to standard error. */
export class LocalProcessError extends UserError {
  override readonly name = "LocalProcessError";
  readonly lines: readonly string[];

  constructor(program: string, ending: string, lines: readonly string[]) {
    super([`${program}: ${ending}`, ...lines.slice(-8)].join("\n"));
    this.lines = lines;
  }
}

/**
 * Runs a program of the controller in a process group of its own, so that ending it ends its children too (zx ends a process
 * tree by looking it up, which misses what is forked meanwhile). Resolves with standard output. Rejects with `LocalProcessError`.
 */
export async function runLocal(program: string, words: readonly string[], options: LocalProcessOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const stdin = options.stdinFile === undefined ? undefined : await open(options.stdinFile, "r");
  const stdout = options.stdoutFile === undefined ? undefined : await open(options.stdoutFile, "w");
  try {
    return await follow(start(program, words, options, stdin, stdout), program, options);
  } finally {
    await stdin?.close();
    await stdout?.close();
  }
}

function start(
  program: string,
  words: readonly string[],
  options: LocalProcessOptions,
  stdin: FileHandle | undefined,
  stdout: FileHandle | undefined,
): ChildProcess {
  return spawn(program, words, {
    detached: true,
    env: { ...process.env, ...options.environment },
    stdio: [stdin?.fd ?? "ignore", stdout?.fd ?? "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
}

async function follow(child: ChildProcess, program: string, options: LocalProcessOptions): Promise<string> {
  const output: Buffer[] = [];
  const lines: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      options.onLine?.(line);
    });
  const ending = await ended(child, options);
  options.signal?.throwIfAborted();
  if (ending !== "exit code 0") throw new LocalProcessError(program, ending, lines);
  return Buffer.concat(output).toString("utf8");
}

/** How the process ended, in words; `exit code 0` is the good one. */
function ended(child: ChildProcess, options: LocalProcessOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const ender = groupEnder(child, options);
    child.once("error", (error) => {
      ender.release();
      reject(explain(child, error));
    });
    child.once("close", (code, signal) => {
      ender.release();
      if (ender.late()) resolve(`no end after ${options.timeoutSeconds} s`);
      else resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

/** Ends the group on abort or time-out. Its pipes close when the last of the group that holds them is gone. */
function groupEnder(child: ChildProcess, options: LocalProcessOptions): { late: () => boolean; release: () => void } {
  let late = false;
  let kill: NodeJS.Timeout | undefined;
  const end = (): void => {
    signalGroup(child, "SIGTERM");
    kill ??= setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MILLISECONDS);
  };
  const expire = (): void => {
    late = true;
    end();
  };
  const limit = options.timeoutSeconds === undefined ? undefined : setTimeout(expire, options.timeoutSeconds * 1000);
  options.signal?.addEventListener("abort", end, { once: true });
  const release = (): void => {
    clearTimeout(kill);
    clearTimeout(limit);
    options.signal?.removeEventListener("abort", end);
    // A child may outlive the group's leader without holding its pipes.
    if (late || options.signal?.aborted === true) signalGroup(child, "SIGKILL");
  };
  return { late: () => late, release };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

function explain(child: ChildProcess, error: Error): Error {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return missing
    ? new UserError(`${child.spawnfile} is not installed`, { remedy: "run ./distrobench doctor", cause: error })
    : error;
}
