import type { Writable } from "node:stream";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What every command gets: the project, the world around it, and where to write. */
export interface Context {
  /** Absolute path of the project. */
  readonly root: string;
  readonly environment: Environment;
  /** Results, and nothing else when `--json` is given. */
  readonly stdout: Output;
  /** What is being done. */
  readonly stderr: Output;
  /** Aborted by the first ^C. */
  readonly signal: AbortSignal;
}

/** Ends the command with an exit code; what there is to say has been said. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export function say(context: Context, line = ""): void {
  context.stderr.write(`${line}\n`);
}

export function print(context: Context, text: string): void {
  context.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

export function printJson(context: Context, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
