import { connect, type Socket } from "node:net";

/** Milliseconds until the next try after one that was refused, and beside one that stays silent: QEMU accepts before its guest listens. */
const INTERVAL = 100;
const BESIDE = 1000;
/** Milliseconds a silent one is kept; an emulated host needs seconds from accepting to its first byte. */
const SILENT = 20_000;
/** A booting host that accepts at last must not have to serve a crowd. */
const MOST_AT_ONCE = 6;

export interface Banner {
  /** Still holds everything that was received. */
  readonly socket: Socket;
  /** CLOCK_MONOTONIC nanoseconds: when this try began, when its first byte was there, when the try before it began. */
  readonly began: bigint;
  readonly seen: bigint;
  readonly tryBefore: bigint | undefined;
  /** When a try failed for the first time. */
  readonly firstFailed: bigint | undefined;
}

/** Tries to connect until a server says something, as every SSH server does at once (RFC 4253, 4.2). Undefined when `signal` ends it. */
export function waitForBanner(
  to: { readonly address: string; readonly port: number },
  signal: AbortSignal,
): Promise<Banner | undefined> {
  return new Promise((resolve) => {
    const open = new Set<Socket>();
    let tryBefore: bigint | undefined;
    let firstFailed: bigint | undefined;
    const settle = (found: Banner | undefined): void => {
      clearInterval(timer);
      signal.removeEventListener("abort", stop);
      for (const socket of open) if (socket !== found?.socket) socket.destroy();
      resolve(found);
    };
    const stop = (): void => settle(undefined);
    const attempt = (): void => {
      const began = process.hrtime.bigint();
      const recent = tryBefore !== undefined && began - tryBefore < BigInt(BESIDE) * 1_000_000n;
      if (open.size >= MOST_AT_ONCE || (open.size > 0 && recent)) return;
      const previous = tryBefore;
      tryBefore = began;
      const socket = connect({ host: to.address, port: to.port, noDelay: true }).pause();
      open.add(socket);
      const fail = (): void => {
        firstFailed ??= process.hrtime.bigint();
        open.delete(socket);
        socket.destroy();
      };
      const patience = setTimeout(fail, SILENT);
      socket.once("error", fail).once("close", fail);
      // Only looks whether something is there to read: ssh2 reads it.
      socket.once("readable", () => {
        clearTimeout(patience);
        if (socket.readableLength === 0) return;
        socket.removeListener("close", fail);
        settle({ socket, began, seen: process.hrtime.bigint(), tryBefore: previous, firstFailed });
      });
    };
    const timer = setInterval(attempt, INTERVAL);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    else attempt();
  });
}
