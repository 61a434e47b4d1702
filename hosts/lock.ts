import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inTurn, type TurnOptions } from "./turns.ts";

/** Between two tries where the holder can't be watched, such as one that is just going. */
const RETRY_MILLISECONDS = 50;

/** Node.js 18 (libuv 1.44) can't bind abstract names: EINVAL. Hosts of Debian 12 and Ubuntu 24.04 have it. */
const ABSTRACT_NAMES_SINCE = 20;

/**
 * Where the lock of a path is listened for: an abstract Unix socket (unix(7)), or, where this Node.js has none, a port of a loopback address
 * of its own, out of 2^24 addresses and 2^15 ports. All processes of a machine must come to the same answer.
 */
export function lockAddress(path: string, nodeVersion = process.versions.node): LockAddress {
  const digest = createHash("sha256").update(resolve(path)).digest();
  if (Number.parseInt(nodeVersion, 10) >= ABSTRACT_NAMES_SINCE) {
    return { path: `\0distrobench-${digest.toString("hex").slice(0, 32)}` };
  }
  const [a = 0, b = 0, c = 0] = digest;
  return { host: `127.${a}.${b}.${1 + (c % 254)}`, port: 2 ** 15 + (digest.readUInt16BE(3) >> 1) };
}

type LockAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * Runs work while no other call and no other process of this machine does work for the same path; the path needs no file. The
 * lock is a socket that somebody listens on: the kernel frees it with its owner, even after kill -9, so that a stale one can't
 * exist and nothing has to be cleaned up. Who waits is connected to it: it hears who holds the lock, and its end at once.
 * Rejects with the signal's reason when aborted while waiting.
 */
export async function withLock<Result>(path: string, options: TurnOptions, work: () => Promise<Result>): Promise<Result> {
  const address = lockAddress(path);
  return await inTurn(resolve(path), options, async () => {
    const lock = await acquire(address, options);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  });
}

interface Lock {
  release(): Promise<void>;
}

async function acquire(address: LockAddress, options: TurnOptions): Promise<Lock> {
  let told = "";
  const tell = (holder: string): void => {
    if (holder !== told) options.onWait?.(holder);
    told = holder;
  };
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = await tryToTake(address, options);
    if (lock !== undefined) return lock;
    if (!(await watch(address, options.signal, tell))) await sleep(RETRY_MILLISECONDS);
  }
}

/** The lock, or undefined when another has it. */
function tryToTake(address: LockAddress, { holder, onWaiter }: TurnOptions): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  const identity = `process ${process.pid}`;
  const greeting = `${holder === undefined ? identity : `${holder} (${identity})`}\n`;
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => waiting.delete(socket));
    socket.write(greeting);
    onWaiter?.();
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen({ ...address }, () => resolve({ release: () => release(server, waiting) }));
  });
}

async function release(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of waiting) socket.destroy();
  await closed;
}

/** Waits until the holder is gone, which it tells once it is known; false where nobody could be watched. */
function watch(address: LockAddress, signal: AbortSignal | undefined, tell: (holder: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, ...(signal === undefined ? {} : { signal }) });
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.endsWith("\n")) tell(text.trimEnd());
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(text !== ""));
  });
}
