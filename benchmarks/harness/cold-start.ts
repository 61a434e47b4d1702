import { type Launched, startByApi } from "./api-start.ts";
import { monotonic, secondsBetween, wallOffset } from "./clock.ts";
import { killGroup, type Running, run, start } from "./command.ts";
import { containerAddress, publishedAddress } from "./container-address.ts";
import type { Started, StartOrder } from "./container-order.ts";
import { groupsOf, register, removeContainer } from "./containers.ts";
import { controlGroup } from "./control-group.ts";
import { ping } from "./engine-api.ts";
import { ENGINE_FAILED, type EngineEvents, parseEvents, starters } from "./engines.ts";
import { type Address, attemptHealth, pollHealth } from "./health.ts";
import { withPriority } from "./load/priority.ts";
import { type LimitsReadBack, limitsReadBack } from "./read-limits.ts";
import { type Stamps, textOf } from "./stamps.ts";

export interface ColdStartOrder extends StartOrder {
  /** `announced`: the image prints `READY <ns>` after listen(). `polled`: it prints nothing we know. */
  readonly readiness: "announced" | "polled";
  readonly healthPath: string;
  readonly timeoutSeconds: number;
  /** Where the server is asked: at the published port (default), or at the container's own address, with nothing published. */
  readonly address?: "published" | "container" | undefined;
  /** Socket of the engine's API that is asked for the start; the engine's command line by default. */
  readonly socket?: string | undefined;
  /** Words that bring the image to the engine first; their time is part of the start. */
  readonly loading?: readonly string[] | undefined;
}

/** An archive of some hundred MB on a slow disk. */
const LOAD_SECONDS = 1800;

export type ColdStart =
  | {
      readonly outcome: "ready";
      /** Engine events are already brought to this clock. */
      readonly stamps: Stamps;
      readonly attempts: number;
      /** Where the server was asked. */
      readonly port: number;
      /** Read after the first answer. */
      readonly limits: LimitsReadBack;
      /** Whether a poller ran under SCHED_FIFO; absent where nothing was polled. */
      readonly fifo?: boolean;
    }
  | { readonly outcome: "failed"; readonly cause: string; readonly stamps: Stamps };

/** Starts one container, finds out when it answers, and removes it. Rejects when the engine fails or the container will not go. */
export function coldStart(order: ColdStartOrder): Promise<ColdStart> {
  return asPoller(order, (fifo) => measured(order, fifo));
}

async function measured(order: ColdStartOrder, fifo: boolean | undefined): Promise<ColdStart> {
  const loaded = order.loading === undefined ? undefined : await load(order.loading);
  if (order.socket !== undefined) await ping(order.socket);
  const started = await register(order.starter);
  const offset = wallOffset();
  const { container, release } = launch(order, started);
  const found = await untilReady(order, started, container);
  const from = container.spawned;
  const limits = limitsReadBack(order.limits, controlGroup(groupsOf(started)));
  const [events] = await Promise.all([engineEvents(order, started, from + offset), removeContainer(order.starter, started)]);
  release();
  await container.ended;
  if (found.outcome === "failed" && found.byEngine) throw new Error(found.cause);
  const stamps = { start: from, spawned: from, ...loaded, ...inMonotonic(events, offset), ...found.stamps };
  const text = textOf(stamps);
  if (found.outcome === "failed") return { outcome: "failed", cause: found.cause, stamps: text };
  return { ...found, stamps: text, port: portOf(order, started), limits, ...(fifo === undefined ? {} : { fifo }) };
}

/** When loading began, which is when the start began, and when it ended. Rejects with what the engine said. */
async function load(command: readonly string[]): Promise<Readonly<Record<"start" | "loaded", bigint>>> {
  const from = monotonic();
  const { code, tail } = await run(command, LOAD_SECONDS);
  const loaded = monotonic();
  if (code !== 0) throw new Error(`${command.join(" ")} ended with exit code ${code}: ${tail}`);
  return { start: from, loaded };
}

type Found =
  | { readonly outcome: "ready"; readonly stamps: Readonly<Record<string, bigint>>; readonly attempts: number }
  | {
      readonly outcome: "failed";
      readonly cause: string;
      readonly stamps: Readonly<Record<string, bigint>>;
      /** The engine itself failed, so nothing is known of the container. */
      readonly byEngine?: boolean;
    };

function failure(cause: string, stamps: Readonly<Record<string, bigint>> = {}): Found {
  return { outcome: "failed", cause, stamps };
}

/**
 * Where the image has to be polled, `work` goes before everything else on the host if the kernel permits it, so that the bracket stays small
 * while the start keeps all CPUs busy. The container has its ordinary priority. `fifo` is absent where nothing is polled.
 */
export function asPoller<Result>(
  { readiness }: Pick<ColdStartOrder, "readiness">,
  work: (fifo?: boolean) => Promise<Result>,
): Promise<Result> {
  return readiness === "announced" ? work() : withPriority(work, { startsProcesses: true });
}

/** Starts the container by its engine's command line, waits until it is ready, and leaves it running. */
export async function startUntilReady(
  order: ColdStartOrder,
  started: Started,
): Promise<{ readonly container: Running; readonly found: Found }> {
  const container = start(starters[order.starter].run(order, started));
  return { container, found: await untilReady(order, started, container) };
}

/** Asks for the start and returns at once; `release` lets go of what follows the container's output. */
function launch({ socket, ...order }: ColdStartOrder, started: Started): { container: Launched; release: () => void } {
  const wanted = order.address === "container" ? { ...order, containerPort: undefined } : order;
  if (socket !== undefined) return startByApi(wanted, started, socket);
  const container = start(starters[order.starter].run(wanted, started));
  return { container, release: () => killGroup(container.child) };
}

/** Where the server is asked, once that is known. */
function addressOf(order: ColdStartOrder, started: Started): Address | undefined {
  if (order.address !== "container") return publishedAddress(started);
  const host = containerAddress(started);
  return host === undefined ? undefined : { host, port: portOf(order, started) };
}

function portOf({ address, containerPort }: ColdStartOrder, { hostPort }: Started): number {
  return address === "container" ? (containerPort ?? hostPort) : hostPort;
}

async function untilReady(order: ColdStartOrder, started: Started, container: Launched): Promise<Found> {
  return await waitUntilReady(order, started, container).catch((error: unknown) => failure(String(error)));
}

/** Waits for READY or the first good answer; what ends the container, or the time-out, is a failure with its last output. */
async function waitUntilReady(order: ColdStartOrder, started: Started, container: Launched): Promise<Found> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), order.timeoutSeconds * 1000);
  const gone = container.ended.then((code) => ({
    ...failure(`ended with exit code ${code} before it was ready\n${container.tail()}`),
    byEngine: code === ENGINE_FAILED && order.starter !== "process",
  }));
  const wait = order.readiness === "announced" ? announced : polled;
  try {
    const found = await Promise.race([wait(order, started, container, stop.signal), gone]);
    return found ?? failure(`not ready after ${order.timeoutSeconds} s\n${container.tail()}`);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

type Wait = (order: ColdStartOrder, started: Started, container: Launched, signal: AbortSignal) => Promise<Found | undefined>;

/** Waits for the READY line, then makes exactly one request: until then nothing competes with the start for the CPU. */
const announced: Wait = async (order, started, container, signal) => {
  const ready = await readyLine(container, signal);
  if (ready === undefined) return undefined;
  const address = addressOf(order, started);
  if (address === undefined) return failure(`said READY, but has no address of its own\n${container.tail()}`);
  const request = await attemptHealth(address, order.healthPath, order.timeoutSeconds * 1000, signal);
  const stamps = { ready: ready.stamp, readySeen: ready.seen, requestSent: request.began };
  if (request.outcome === "stopped") return undefined;
  if (request.outcome !== 200) {
    return failure(`said READY, but GET ${order.healthPath} got ${request.outcome}\n${container.tail()}`, stamps);
  }
  return { outcome: "ready", stamps: { ...stamps, first200: request.ended }, attempts: 1 };
};

const polled: Wait = async (order, started, _container, signal) => {
  const found = await pollHealth(() => addressOf(order, started), order.healthPath, signal);
  if (found === undefined) return undefined;
  const lastFailed = found.lastFailed === undefined ? {} : { lastFailed: found.lastFailed };
  const stamps = { requestSent: found.answered.began, first200: found.answered.ended, ...lastFailed };
  return { outcome: "ready", stamps, attempts: found.attempts };
};

/** The stamp that the line tells, and when it was seen; `undefined` when the signal came first. */
export function readyLine(
  container: Pick<Launched, "onLine">,
  signal: AbortSignal,
): Promise<{ readonly stamp: bigint; readonly seen: bigint } | undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    container.onLine = (line) => {
      const seen = monotonic();
      const stamp = /^READY (\d{1,19})\s*$/.exec(line)?.[1];
      if (stamp !== undefined) resolve({ stamp: BigInt(stamp), seen });
    };
  });
}

/** Asked for after the start, so that no process of ours follows the engine while it works. Phases are absent when it has none. */
async function engineEvents(order: ColdStartOrder, started: Started, wallStart: bigint): Promise<EngineEvents> {
  const since = Number(wallStart / 1_000_000_000n);
  const until = since + Math.ceil(secondsBetween(wallStart, BigInt(Date.now()) * 1_000_000n)) + 1;
  const command = starters[order.starter].events?.(started.name, since, until);
  if (command === undefined) return {};
  return run(command, 30).then(
    ({ stdout }) => parseEvents(stdout),
    () => ({}),
  );
}

function inMonotonic(events: EngineEvents, offset: bigint): Readonly<Record<string, bigint>> {
  return {
    ...(events.created === undefined ? {} : { created: events.created - offset }),
    ...(events.started === undefined ? {} : { started: events.started - offset }),
  };
}
