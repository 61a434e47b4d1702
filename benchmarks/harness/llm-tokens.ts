import { readFileSync } from "node:fs";
import { cpus as processors } from "node:os";
import { secondsBetween } from "./clock.ts";
import type { ColdStartOrder } from "./cold-start.ts";
import type { StartOrder } from "./container-order.ts";
import { ForeignCpu } from "./foreign-cpu.ts";
import { allowedCpus, pinnedThreads, pinningOptions } from "./pinning.ts";
import { physicalCores } from "./proc.ts";
import { allHeld, type LimitsReadBack, limitsReadBack } from "./read-limits.ts";
import { runToItsEnd } from "./run-to-its-end.ts";
import { type Service, type ServiceStart, withService } from "./service.ts";
import { type Stamps, textOf } from "./stamps.ts";
import { streamTokens, type TokenRequest, type TokenStream } from "./token-stream.ts";

export interface LlmOrder {
  readonly service: ColdStartOrder;
  /** Of llama.cpp, as the service's arguments say: each is pinned to a CPU of its own where there are enough. */
  readonly threads: number;
  readonly request: TokenRequest;
  /** Requests that count; one more comes before them. */
  readonly requests: number;
  readonly requestTimeoutSeconds: number;
}

/** One request in seconds. */
export interface TokenTimes {
  readonly firstToken: number;
  /** From token to token: one fewer than tokens. */
  readonly gaps: readonly number[];
  readonly coalesced: number;
  readonly packed: number;
}

export type LlmTokens =
  | {
      readonly outcome: "measured";
      /** From just before the container's start command to the first 200 of /health: the model is loaded. */
      readonly load: Pick<ServiceStart, "seconds" | "bracket">;
      /** `start` (spawned), `first200`, `request.0` (the warm-up, just before it was sent) and so on, `end` (the last token was read). */
      readonly stamps: Stamps;
      readonly limits: LimitsReadBack;
      readonly warmup: TokenTimes;
      readonly requests: readonly TokenTimes[];
      /** The ids of all requests; a list per request. */
      readonly ids: readonly (readonly number[])[];
      readonly physicalCores: number;
      readonly pinning: Pinning;
      /** Share of all CPUs of the host that something else used during the requests that count. */
      readonly foreign?: number;
    }
  | { readonly outcome: "failed"; readonly cause: string };

/** Where llama.cpp's threads were. */
export interface Pinning {
  /** CPUs that the container may use. */
  readonly cpus: number;
  /** Threads of the container that were pinned to one CPU when the last request had ended. */
  readonly pinned: number;
}

/** Starts one server, lets it answer one request after the other, and removes it. What it does wrong is a failed sample. */
export async function llmTokens(order: LlmOrder): Promise<LlmTokens> {
  const cpus = allowedCpus(order.service);
  const pinned = withPinning(order.service, order.threads, cpus);
  return await withService(pinned, async (service): Promise<LlmTokens> => {
    try {
      return await askAll(order, service, cpus.length);
    } catch (error) {
      return { outcome: "failed", cause: `${error instanceof Error ? error.message : String(error)}\n${service.tail()}` };
    }
  });
}

function withPinning<Order extends StartOrder>(start: Order, threads: number, cpus: readonly number[]): Order {
  return { ...start, arguments: [...start.arguments, ...pinningOptions(threads, cpus)] };
}

async function askAll(order: LlmOrder, service: Service, cpus: number): Promise<LlmTokens> {
  const { group, pid, hostPort } = service;
  const limits = limitsReadBack(order.service.limits, group);
  const foreign = new ForeignCpu(service);
  const streams: TokenStream[] = [];
  for (let index = 0; index <= order.requests; index += 1) {
    if (index === 1) foreign.begin();
    streams.push(await streamTokens(hostPort, order.request, order.requestTimeoutSeconds));
  }
  foreign.look();
  const [warmup, ...requests] = streams.map(timesOf);
  if (warmup === undefined) throw new Error("no request was made");
  const { spawned, first200, ...load } = service.start;
  const share = foreign.share();
  return {
    ...{ outcome: "measured", load, limits, warmup, requests, ids: streams.map(({ ids }) => ids) },
    stamps: textOf({ start: spawned, first200, ...stampsOf(streams) }),
    physicalCores: physicalCores(readFileSync("/proc/cpuinfo", "utf8")) ?? processors().length,
    pinning: { cpus, pinned: pinnedThreads(group, pid) },
    ...(share === undefined ? {} : { foreign: share }),
  };
}

function timesOf({ sent, stamps, coalesced, packed }: TokenStream): TokenTimes {
  const gaps = stamps.slice(1).map((stamp, index) => secondsBetween(stamps[index] ?? stamp, stamp));
  return { firstToken: secondsBetween(sent, stamps[0] ?? sent), gaps, coalesced, packed };
}

function stampsOf(streams: readonly TokenStream[]): Readonly<Record<string, bigint>> {
  const end = streams.at(-1)?.stamps.at(-1);
  const requests = streams.map(({ sent }, index) => [`request.${index}`, sent] as const);
  return { ...Object.fromEntries(requests), ...(end === undefined ? {} : { end }) };
}

/**
 * Runs llama.cpp's own benchmark in a container: mean seconds per token of each repetition. Rejects with its output when it fails, and when
 * the kernel did not take a limit that the server's container had.
 */
export async function llamaBench({
  start,
  threads,
  timeoutSeconds,
}: {
  readonly start: StartOrder;
  readonly threads: number;
  readonly timeoutSeconds: number;
}): Promise<readonly number[]> {
  const pinned = withPinning(start, threads, allowedCpus(start));
  const { code, stdout, tail, watched } = await runToItsEnd(pinned, timeoutSeconds);
  if (code !== 0) throw new Error(`llama-bench ended with exit code ${code}\n${tail}`);
  if (!allHeld(watched.limits))
    throw new Error(`llama-bench ran without ${Object.keys(watched.limits.conditions).join(", ")}; the server had it`);
  return parseLlamaBench(stdout);
}

/** Reads `llama-bench -o json`: seconds per generated token of each repetition of its last test. */
export function parseLlamaBench(text: string): readonly number[] {
  const begin = text.indexOf("[");
  if (begin < 0) throw new SyntaxError(`llama-bench printed no JSON: ${text.slice(0, 200)}`);
  const tests = JSON.parse(text.slice(begin)) as readonly { readonly n_gen: number; readonly samples_ns: readonly number[] }[];
  const test = tests.findLast(({ n_gen }) => n_gen > 0);
  if (test === undefined) throw new SyntaxError("llama-bench generated no tokens");
  return test.samples_ns.map((nanoseconds) => nanoseconds / test.n_gen / 1e9);
}
