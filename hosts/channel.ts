import type { Duplex, Readable, Writable } from "node:stream";

/** How the program behind a channel ended; both `null` when nobody can tell because the connection went away. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One running program on a host: three byte streams and an end. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The program itself has ended; its output may still be on the way. */
  readonly exited: Promise<Exit>;
  /** Output is complete as well. Never rejects. */
  readonly closed: Promise<Exit>;
  /** Gives up the channel without waiting for the other side. */
  destroy(): void;
}

/** The only thing that differs between transports: how a command line gets started on the host, as the connection's user. */
export interface ChannelOpener {
  open(command: string): Promise<Channel>;
  /** A connection to a TCP port of the host's own 127.0.0.1. Rejects with `Error` when nobody listens, or forwarding is forbidden. */
  connect(port: number): Promise<Duplex>;
  /** Ends the connection under all channels. */
  close(): Promise<void>;
  /** False as soon as the connection is known to be gone. */
  readonly alive: boolean;
}

/** The connection was gone before the command had started: trying again on a new one is safe. */
export class ChannelGone extends Error {
  override readonly name = "ChannelGone";
}
