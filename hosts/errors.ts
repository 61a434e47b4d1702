import type { CommandResult } from "./transport.ts";

/** A mistake of the user's, or bad luck outside: printed without a stack, with what to do next. Exit code not 0. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** What to do about it, one sentence or a command. */
  readonly remedy: string | undefined;

  constructor(message: string, options: { readonly remedy?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
  }
}

export type CommandFailure = "exit" | "signal" | "timeout" | "aborted" | "connection-lost";

/** A command on a host failed. Has the shape of its result, plus why. */
export class CommandError extends UserError implements CommandResult {
  override readonly name = "CommandError";
  readonly command: string;
  readonly host: string;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly failure: CommandFailure;

  constructor(
    result: CommandResult,
    failure: CommandFailure,
    options: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(`${result.host}: ${describe(failure, result)}: ${firstLine(result.command)}${tail(result)}`, options);
    this.command = result.command;
    this.host = result.host;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    this.seconds = result.seconds;
    this.failure = failure;
  }
}

export type ConnectionFailure =
  | "unreachable"
  | "timeout"
  | "authentication"
  | "host-key"
  | "unresolved"
  | "become"
  | "machine-stopped";

/** No session with a host could be had. */
export class ConnectionError extends UserError {
  override readonly name = "ConnectionError";
  readonly host: string;
  readonly failure: ConnectionFailure;

  constructor(
    host: string,
    failure: ConnectionFailure,
    message: string,
    options: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(`${host}: ${message}`, options);
    this.host = host;
    this.failure = failure;
  }
}

function describe(failure: CommandFailure, result: CommandResult): string {
  switch (failure) {
    case "exit":
      return `exit code ${result.exitCode}`;
    case "signal":
      return "ended by a signal";
    case "timeout":
      return `no end after ${Math.round(result.seconds)} s`;
    case "aborted":
      return "stopped on request";
    case "connection-lost":
      return "the connection was lost";
    default:
      return failure satisfies never;
  }
}

function firstLine(command: string): string {
  const line = command.trim().split("\n", 1)[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function tail(result: CommandResult): string {
  const text = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-8).join("\n");
  return text === "" ? "" : `\n${text}`;
}
