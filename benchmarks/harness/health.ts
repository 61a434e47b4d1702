import { connect, createServer } from "node:net";
import { monotonic, sleep } from "./clock.ts";
import { readHead } from "./http-head.ts";

/** Where a server is asked. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface HealthAttempt {
  /** When the connection was begun. */
  readonly began: bigint;
  /** When the last byte of the head came, or when the attempt ended without one. */
  readonly ended: bigint;
  /** `200` is ready; everything else is why not: another status, `refused`, `reset`, `empty`, `timeout`. */
  readonly outcome: number | string;
}

/** One connection, one `GET path`; never rejects. */
export function attemptHealth(
  { host, port }: Address,
  path: string,
  timeoutMilliseconds: number,
  signal?: AbortSignal,
): Promise<HealthAttempt> {
  const began = monotonic();
  return new Promise((resolve) => {
    let received = "";
    const socket = connect({ host, port, noDelay: true });
    const finish = (outcome: number | string): void => {
      resolve({ began, ended: monotonic(), outcome });
      signal?.removeEventListener("abort", stop);
      socket.destroy();
    };
    const stop = (): void => finish("stopped");
    signal?.addEventListener("abort", stop, { once: true });
    socket.setTimeout(timeoutMilliseconds, () => finish("timeout"));
    socket.once("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const head = readHead(received);
      if (head.state === "complete") finish(head.status ?? "not HTTP/1.1");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    socket.once("close", () => finish("empty"));
  });
}

export interface Polled {
  readonly answered: HealthAttempt;
  /** Start of the last attempt that failed; absent when the first one succeeded. */
  readonly lastFailed?: bigint;
  readonly attempts: number;
}

const INTERVAL_MS = 10;
const TIMEOUT_MS = 250;
const MOST_AT_ONCE = 4;

/**
 * Polls on an absolute schedule until a full 200 head came; nothing answers where there is no address yet. Resolves to undefined when
 * `signal` ends it.
 */
export async function pollHealth(
  address: () => Address | undefined,
  path: string,
  signal: AbortSignal,
): Promise<Polled | undefined> {
  const start = monotonic();
  const running = new Set<Promise<void>>();
  let answered: HealthAttempt | undefined;
  const failed: bigint[] = [];
  let attempts = 0;
  const note = (attempt: HealthAttempt): void => {
    if (attempt.outcome === 200) answered ??= attempt;
    else failed.push(attempt.began);
  };
  for (let tick = 1; answered === undefined && !signal.aborted; tick += 1) {
    if (running.size < MOST_AT_ONCE) {
      attempts += 1;
      const attempt: Promise<void> = attemptAt(address, path, signal)
        .then(note)
        .finally(() => running.delete(attempt));
      running.add(attempt);
    }
    await sleep(Math.max(0, Number(start - monotonic()) / 1e6 + tick * INTERVAL_MS));
  }
  await Promise.all(running);
  if (answered === undefined) return undefined;
  const { began } = answered;
  const lastFailed = failed.filter((stamp) => stamp < began).at(-1);
  return { answered, attempts, ...(lastFailed === undefined ? {} : { lastFailed }) };
}

async function attemptAt(find: () => Address | undefined, path: string, signal: AbortSignal): Promise<HealthAttempt> {
  const began = monotonic();
  const address = find();
  if (address === undefined) return { began, ended: monotonic(), outcome: "no address" };
  return await attemptHealth(address, path, TIMEOUT_MS, signal);
}

/** A port on 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
