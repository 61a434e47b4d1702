import { monitorEventLoopDelay } from "node:perf_hooks";
import { monotonic, secondsBetween } from "../clock.ts";
import { readOr } from "../conditions.ts";
import { type ControlGroup, cpuSeconds } from "../control-group.ts";
import { ForeignCpu, type Measured } from "../foreign-cpu.ts";
import { parseStat, type Stat } from "../proc.ts";
import { pace } from "./pacer.ts";
import { withPriority } from "./priority.ts";
import { type Exchange, type RequestOrder, Requests } from "./requests.ts";
import { dueTimes, type Schedule } from "./schedule.ts";

export interface LoadOrder extends Schedule, RequestOrder {}

/** Every request of a window and its warm-up, in the order of their due instants; seconds. */
export interface LoadSeries {
  /** From the start of the window; below 0 in the warm-up. */
  readonly due: readonly number[];
  /** From the due instant to the last byte of the answer, or until it was given up. */
  readonly latency: readonly number[];
  /** The same from the real send; 0 for a request that was never sent. */
  readonly fromSend: readonly number[];
  /** From the due instant to the real send. */
  readonly lateness: readonly number[];
  /** HTTP status; 0 without an answer, -1 when this program could not send. */
  readonly status: readonly number[];
}

/** One window as it happened. */
export interface LoadWindow {
  readonly series: LoadSeries;
  /** Number of requests by what went wrong, such as `HTTP 503` or `ECONNRESET`. */
  readonly causes: Readonly<Record<string, number>>;
  /** CLOCK_MONOTONIC ns. */
  readonly stamps: { readonly start: string; readonly end: string };
  /** Whether the generator ran under SCHED_FIFO. */
  readonly fifo: boolean;
  /** CPU seconds per second of the window: of the container, of this program, and the share of all CPUs of the host that was busy. */
  readonly cpu: { readonly container?: number; readonly generator: number; readonly host: number };
  /** Share of all CPUs of the host that something else used in the window; absent where it is not known what else there is. */
  readonly foreign?: number;
  /** Longest pause of this program's event loop in seconds. */
  readonly loopDelay: number;
}

/** Before the first request: everything is set up, and nothing starts late. */
const LEAD = 200_000_000n;
/** Seconds that answers may still come in after the last due instant. */
export const DRAIN_SECONDS = 10;
const LOOP_RESOLUTION_MS = 10;

/**
 * Runs one open-loop window: requests leave when they are due, whatever became of the ones before. Without `measured`, nothing is said about
 * the container's CPU and that of others.
 */
export function generate(order: LoadOrder, measured?: Measured): Promise<LoadWindow> {
  return withPriority(async (fifo) => {
    const group = measured?.group;
    const foreign = measured === undefined ? undefined : new ForeignCpu(measured);
    const due = dueTimes(order);
    const start = monotonic() + LEAD + nanoseconds(order.warmup);
    const requests = new Requests(order);
    const lastWarmup = due.filter((at) => at < 0).length - 1;
    let from = reading(group);
    const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    loop.enable();
    const stamps = due.map((at) => start + nanoseconds(at));
    await pace(stamps, (index) => {
      requests.send(index);
      if (index !== lastWarmup) return;
      from = reading(group);
      foreign?.begin();
    });
    await requests.drained(DRAIN_SECONDS);
    loop.disable();
    const to = reading(group);
    foreign?.look();
    const share = foreign?.share();
    return {
      series: seriesOf(due, stamps, requests.exchanges),
      causes: causesOf(requests.exchanges),
      stamps: { start: String(start), end: String(to.at) },
      fifo,
      cpu: used(from, to),
      ...(share === undefined ? {} : { foreign: share }),
      loopDelay: Math.max(0, loop.max / 1e9 - LOOP_RESOLUTION_MS / 1000),
    };
  });
}

/** Errors of this machine's own making: the request never left. */
const LOCAL = new Set(["EMFILE", "ENFILE", "ENOBUFS", "EADDRNOTAVAIL"]);

function seriesOf(due: readonly number[], stamps: readonly bigint[], exchanges: readonly Exchange[]): LoadSeries {
  const rows = exchanges.map((exchange, index) => {
    const [at = 0n, ended = 0n] = [stamps[index], exchange.ended];
    const sent = LOCAL.has(exchange.cause ?? "") ? undefined : exchange.sent;
    return {
      latency: secondsBetween(at, ended),
      fromSend: sent === undefined ? 0 : secondsBetween(sent, ended),
      lateness: secondsBetween(at, sent ?? ended),
      status: exchange.status ?? (sent === undefined ? -1 : 0),
    };
  });
  return {
    due,
    latency: rows.map(({ latency }) => latency),
    fromSend: rows.map(({ fromSend }) => fromSend),
    lateness: rows.map(({ lateness }) => lateness),
    status: rows.map(({ status }) => status),
  };
}

function causesOf(exchanges: readonly Exchange[]): Readonly<Record<string, number>> {
  const causes: Record<string, number> = {};
  for (const { cause, status = 0 } of exchanges) {
    if (cause === undefined && good(status)) continue;
    const name = cause ?? `HTTP ${status}`;
    causes[name] = (causes[name] ?? 0) + 1;
  }
  return causes;
}

/** Any 2xx answer; all others are failures of the request. */
export function good(status: number): boolean {
  return status >= 200 && status < 300;
}

interface Reading {
  readonly at: bigint;
  readonly own: number;
  readonly host: Stat;
  readonly container: number | undefined;
}

function reading(group: ControlGroup | undefined): Reading {
  const { user, system } = process.cpuUsage();
  const container = group === undefined ? undefined : cpuSeconds(group);
  return { at: monotonic(), own: (user + system) / 1e6, host: parseStat(readOr("/proc/stat")), container };
}

function used(from: Reading, to: Reading): LoadWindow["cpu"] {
  const seconds = secondsBetween(from.at, to.at);
  const ticks = to.host.total - from.host.total;
  return {
    generator: (to.own - from.own) / seconds,
    host: ticks > 0 ? 1 - (to.host.idle - from.host.idle) / ticks : 0,
    ...(from.container === undefined || to.container === undefined
      ? {}
      : { container: (to.container - from.container) / seconds }),
  };
}

function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}
