import type { Duplex, Readable } from "node:stream";
import type { Shell } from "./sh.ts";

/** How a finished command ended. A failure has the same shape as a success, plus a message (see `CommandError`). */
export interface CommandResult {
  /** The command as it was run, without secrets (they travel on standard input). */
  readonly command: string;
  readonly host: string;
  /** `null` when a signal, a lost connection, a time-out or an abort ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds from sending the command to its end, on the controller's monotonic clock. */
  readonly seconds: number;
}

export interface RunOptions {
  /** Standard input. Secrets go here, never into the command. */
  readonly stdin?: string | Uint8Array | Readable;
  /** Ends the remote process group and rejects with `CommandError` when exceeded. */
  readonly timeoutSeconds?: number;
  /** Ends the remote process group within two seconds. */
  readonly signal?: AbortSignal;
  readonly onStdout?: (chunk: Uint8Array) => void;
  readonly onStderr?: (chunk: Uint8Array) => void;
  /** Exit codes that are results rather than failures; `[0]` unless given. `"any"` never rejects on an exit code. */
  readonly accept?: readonly number[] | "any";
  /** Keep stdout out of the result (it went to `onStdout`); default true. */
  readonly collect?: boolean;
  /**
   * For a look that ends soon, changes nothing and reads nothing from standard input: runs in a shell that the connection has already, where
   * that is free. Saves the start of a login shell, which may read a slow `.bashrc`, and two round trips. Ignores SIGINT and SIGQUIT.
   */
  readonly brief?: boolean;
}

/** A program that stays on the host while the controller talks to it. Ends with its channel: no process is left behind. */
export interface RemoteProcess {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it has ended, with any exit code. */
  readonly ended: Promise<CommandResult>;
  /** Kills the remote process group; resolves when it is gone or the connection is. */
  kill(): Promise<void>;
}

export interface FileTarget {
  /** Absolute path on the host. Parents are made. */
  readonly path: string;
  /** Octal, such as 0o644. */
  readonly mode: number;
  readonly owner?: string;
}

/** Access to one host with the privileges of its `become` setting. Every implementation passes the same contract test. */
export interface Transport {
  /** The host's name in the matrix, for messages. */
  readonly host: string;
  /** Runs a POSIX shell script as root (through `become` where needed). Rejects with `CommandError`. */
  run(script: Shell, options?: RunOptions): Promise<CommandResult>;
  /** Starts a program and talks to it through its standard streams. */
  start(script: Shell, options?: { readonly signal?: AbortSignal }): Promise<RemoteProcess>;
  /**
   * A connection to a TCP port of the host's own 127.0.0.1, through the one connection that is there. Rejects with `Error` when nobody
   * listens, or when the host's sshd forbids forwarding.
   */
  connect(port: number): Promise<Duplex>;
  /** Writes a file atomically (temporary name, then rename). */
  write(content: string | Uint8Array, target: FileTarget): Promise<void>;
  /** Reads a file's bytes; rejects with `CommandError` where it cannot be read. */
  read(path: string): Promise<Buffer>;
  /** Counters for the figures of one `up`. */
  readonly statistics: TransportStatistics;
  /** Another session with the host, over a handshake of its own; the caller closes it. Rejects with `ConnectionError`. */
  anew(): Promise<Transport>;
  close(): Promise<void>;
}

export interface TransportStatistics {
  readonly handshakes: number;
  readonly commands: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}
