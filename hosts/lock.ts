import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inTurn, type TurnOptions } from "./turns.ts";

/** Between two tries where the holder can't be watched, such as one that is just going. */
const RETRY_MILLISECONDS = 50;

/**
 * Runs work while no other call and no other process of this machine does work for the same path; the path needs no file. The
 * lock is an abstract Unix socket (unix(7)): the kernel frees it with its owner, even after kill -9, so that a stale one can't
 * exist and nothing has to be cleaned up. Who waits is connected to it: it hears who holds the lock, and its end at once.
 * Rejects with the signal's reason when aborted while waiting.
 */
export async function withLock<Result>(path: string, options: TurnOptions, work: () => Promise<Result>): Promise<Result> {
  const name = `\0distrobench-${createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32)}`;
  return await inTurn(name, options, async () => {
    const lock = await acquire(name, options);
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

async function acquire(name: string, options: TurnOptions): Promise<Lock> {
  let told = "";
  const tell = (holder: string): void => {
    if (holder !== told) options.onWait?.(holder);
    told = holder;
  };
  for (;;) {
    options.signal?.throwIfAborted();
    const lock = await tryToTake(name, options);
    if (lock !== undefined) return lock;
    if (!(await watch(name, options.signal, tell))) await sleep(RETRY_MILLISECONDS);
  }
}

/** The lock, or undefined when another has it. */
function tryToTake(name: string, { holder, onWaiter }: TurnOptions): Promise<Lock | undefined> {
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
    server.listen({ path: name }, () => resolve({ release: () => release(server, waiting) }));
  });
}

async function release(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of waiting) socket.destroy();
  await closed;
}

/** Waits until the holder is gone, which it tells once it is known; false where nobody could be watched. */
function watch(name: string, signal: AbortSignal | undefined, tell: (holder: string) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path: name, ...(signal === undefined ? {} : { signal }) });
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
