import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const RETRY_MILLISECONDS = 500;

/**
 * Runs work while no other process of this user does work for the same path. The lock is an abstract Unix socket: the kernel
 * frees it with its owner, even after kill -9, so that a stale one can't exist and nothing has to be cleaned up.
 * Rejects with the signal's reason when aborted while waiting.
 */
export async function withLock<Result>(
  path: string,
  options: { readonly signal?: AbortSignal; readonly onWait?: () => void },
  work: () => Promise<Result>,
): Promise<Result> {
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 32);
  const server = await acquire(`\0distrobench-${userInfo().uid}-${digest}`, options);
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function acquire(name: string, options: { readonly signal?: AbortSignal; readonly onWait?: () => void }): Promise<Server> {
  for (let attempt = 0; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const server = await listen(name);
    if (server !== undefined) return server;
    if (attempt === 0) options.onWait?.();
    await delay(RETRY_MILLISECONDS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen({ path: name }, () => resolve(server));
  });
}
