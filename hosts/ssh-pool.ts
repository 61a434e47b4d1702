import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { type Channel, ChannelGone, type ChannelOpener, type Exit } from "./channel.ts";
import type { Connection, SshHop } from "./connection.ts";
import { ConnectionError } from "./errors.ts";
import { createLocalTransport, noCounts } from "./local.ts";
import { openSession } from "./open-session.ts";
import { type Session, ShellTransport } from "./shell-transport.ts";
import { dial } from "./ssh/dial.ts";
import type { Transport, TransportStatistics } from "./transport.ts";

export interface SshPoolOptions {
  /** Absolute path of the project's root: where lab machines' directories start. */
  readonly root: string;
  /** Ends all connections, and with them everything started over them. */
  readonly signal?: AbortSignal;
  /** Called once per handshake with the host itself. */
  readonly onConnect?: (host: string) => void;
  /** Seconds until a dial is given up; 15, and 60 for lab machines, unless given. */
  readonly dialSeconds?: number;
}

export interface SshPool {
  /** The pooled session with a host; connects at the first call. Rejects with `ConnectionError`. */
  transport(connection: Connection): Promise<Transport>;
  /** Counters by host name; bastions count for the host behind them. */
  statistics(): Record<string, TransportStatistics>;
  /** Ends every connection; resolves when all are gone, within two seconds. */
  close(): Promise<void>;
}

/** Seconds until a dial is given up. An emulated machine needs several for the cryptography alone. */
const DIAL_SECONDS = { ssh: 15, lab: 60 } as const;

/** How long a host that did not answer in time counts as silent. */
const SILENT_SECONDS = 60;

/** One connection per host, shared by everyone who asks for that host. */
export function createSshPool(options: SshPoolOptions): SshPool {
  const counters = new Map<string, ReturnType<typeof noCounts>>();
  const transports = new Map<string, Promise<Transport>>();
  const make = async (connection: Connection): Promise<Transport> => {
    const counts = counters.get(connection.host) ?? noCounts();
    counters.set(connection.host, counts);
    return connection.kind === "local" ? createLocalTransport(connection, counts) : sshTransport(options, connection, counts);
  };
  const close = async () => {
    const open = [...transports.values()];
    transports.clear();
    await Promise.allSettled(open.map(async (transport) => (await transport).close()));
  };
  options.signal?.addEventListener("abort", () => void close(), { once: true });
  return {
    transport: async (connection) => {
      options.signal?.throwIfAborted();
      const key = JSON.stringify(connection);
      const known = transports.get(key);
      if (known !== undefined) return await known;
      const made = make(connection);
      transports.set(key, made);
      made.catch((error: unknown) => forgetFailure(connection, error, () => transports.delete(key)));
      return await made;
    },
    statistics: () => Object.fromEntries([...counters].map(([host, counts]) => [host, { ...counts }])),
    close,
  };
}

/** A host that let the whole time-out pass is not asked again at once: a destroy would wait for it once per resource. */
function forgetFailure({ kind }: Connection, error: unknown, forget: () => void): void {
  if (kind === "ssh" && error instanceof ConnectionError && error.failure === "timeout")
    setTimeout(forget, SILENT_SECONDS * 1000).unref();
  else forget();
}

async function sshTransport(
  options: SshPoolOptions,
  connection: Exclude<Connection, { kind: "local" }>,
  counters: ReturnType<typeof noCounts>,
): Promise<Transport> {
  const { host } = connection;
  const become = connection.kind === "ssh" ? connection.become : undefined;
  const connect = async (): Promise<Session> => {
    const { client } = await dial({
      host,
      hops: await hopsTo(options.root, connection),
      seconds: options.dialSeconds ?? DIAL_SECONDS[connection.kind],
      signal: options.signal,
      onHandshake: () => {
        counters.handshakes += 1;
      },
    });
    options.onConnect?.(host);
    const opener = new SshOpener(client);
    return await openSession(host, opener, become).catch(async (error: unknown) => {
      await opener.close();
      throw error;
    });
  };
  let session: Promise<Session> | undefined = connect();
  await session;
  return new ShellTransport({
    host,
    become,
    counters,
    session: async () => {
      const current = await session;
      if (current?.opener.alive === true) return current;
      session = connect();
      session.catch(() => {
        session = undefined;
      });
      return await session;
    },
    anew: async () => await sshTransport(options, connection, counters),
    close: async () => {
      const last = await session?.catch(() => undefined);
      session = undefined;
      await last?.opener.close();
    },
  });
}

/** The way to a host, bastions first. Rejects with `ConnectionError` for a lab machine that does not run. */
export async function hopsTo(root: string, connection: Exclude<Connection, { kind: "local" }>): Promise<SshHop[]> {
  if (connection.kind === "ssh") return [...connection.bastions, connection];
  const { labConnection } = await import("./lab/index.ts");
  const { address, port, user, hostKey, privateKeyFile } = await labConnection(root, connection.directory);
  return [{ address, port, user, privateKeyFile, hostKey: { key: hostKey } }];
}

class SshOpener implements ChannelOpener {
  readonly #client: Client;
  readonly #gone: Promise<void>;
  #alive = true;

  constructor(client: Client) {
    this.#client = client;
    this.#gone = new Promise((resolve) => {
      client.once("close", () => {
        this.#alive = false;
        resolve();
      });
    });
    client.once("end", () => {
      this.#alive = false;
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  async open(command: string): Promise<Channel> {
    return await new Promise((resolve, reject) => {
      const gone = (cause?: Error) => reject(new ChannelGone("the connection was gone", { cause }));
      void this.#gone.then(() => gone());
      try {
        this.#client.exec(command, (error, channel) => {
          if (error === undefined || error === null) resolve(wrap(channel, this.#gone));
          else if (this.#alive) reject(error);
          else gone(error);
        });
      } catch (error) {
        this.#alive = false;
        gone(error instanceof Error ? error : undefined);
      }
    });
  }

  async connect(port: number): Promise<Duplex> {
    return await new Promise((resolve, reject) => {
      void this.#gone.then(() => reject(new Error("the connection was gone")));
      this.#client.forwardOut("127.0.0.1", 0, "127.0.0.1", port, (error, channel) => {
        if (error === undefined || error === null) resolve(channel);
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    this.#alive = false;
    this.#client.end();
    const timer = setTimeout(() => this.#client.destroy(), 1500);
    await this.#gone;
    clearTimeout(timer);
  }
}

function wrap(channel: ClientChannel, gone: Promise<void>): Channel {
  let exit: Exit = { code: null, signal: null };
  const exited = new Promise<Exit>((resolve) => {
    channel.once("exit", (code: number | null, signal?: string) => {
      exit = { code, signal: code === null ? (signal ?? null) : null };
      resolve(exit);
    });
    channel.once("close", () => resolve(exit));
    void gone.then(() => resolve(exit));
  });
  const closed = new Promise<Exit>((resolve) => {
    channel.once("close", () => resolve(exit));
    void gone.then(() => setImmediate(() => resolve(exit)));
  });
  return { stdin: channel, stdout: channel, stderr: channel.stderr, exited, closed, destroy: () => channel.destroy() };
}
