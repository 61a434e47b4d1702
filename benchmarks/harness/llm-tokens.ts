import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { secondsBetween } from "./clock.ts";
import type { ColdStartOrder } from "./cold-start.ts";
import { run } from "./command.ts";
import { register, removeContainer } from "./containers.ts";
import { type StartOrder, starters } from "./engines.ts";
import { physicalCores } from "./proc.ts";
import { withService } from "./service.ts";
import { streamTokens, type TokenRequest } from "./token-stream.ts";

export interface LlmOrder {
  readonly service: ColdStartOrder;
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
      readonly loadSeconds: number;
      readonly warmup: TokenTimes;
      readonly requests: readonly TokenTimes[];
      /** The ids of all requests; a list per request. */
      readonly ids: readonly (readonly number[])[];
      readonly physicalCores: number;
    }
  | { readonly outcome: "failed"; readonly cause: string };

/** Starts one server, lets it answer one request after the other, and removes it. What it does wrong is a failed sample. */
export async function llmTokens(order: LlmOrder): Promise<LlmTokens> {
  return await withService(order.service, async ({ hostPort, loadSeconds, tail }): Promise<LlmTokens> => {
    try {
      const streams = [];
      for (let index = 0; index <= order.requests; index += 1)
        streams.push(await streamTokens(hostPort, order.request, order.requestTimeoutSeconds));
      const [warmup, ...requests] = streams.map((stream) => timesOf(stream));
      if (warmup === undefined) throw new Error("no request was made");
      const cores = physicalCores(readFileSync("/proc/cpuinfo", "utf8")) ?? cpus().length;
      return { outcome: "measured", loadSeconds, warmup, requests, ids: streams.map(({ ids }) => ids), physicalCores: cores };
    } catch (error) {
      return { outcome: "failed", cause: `${error instanceof Error ? error.message : String(error)}\n${tail()}` };
    }
  });
}

function timesOf({ sent, stamps, coalesced, packed }: Awaited<ReturnType<typeof streamTokens>>): TokenTimes {
  const gaps = stamps.slice(1).map((stamp, index) => secondsBetween(stamps[index] ?? stamp, stamp));
  return { firstToken: secondsBetween(sent, stamps[0] ?? sent), gaps, coalesced, packed };
}

/** Runs llama.cpp's own benchmark in a container: mean seconds per token of each repetition. Rejects with its output when it fails. */
export async function llamaBench({
  start,
  timeoutSeconds,
}: {
  readonly start: StartOrder;
  readonly timeoutSeconds: number;
}): Promise<readonly number[]> {
  const started = await register(start.starter);
  try {
    const { code, stdout, tail } = await run(starters[start.starter].run(start, started), timeoutSeconds);
    if (code !== 0) throw new Error(`llama-bench ended with exit code ${code}\n${tail}`);
    return parseLlamaBench(stdout);
  } finally {
    await removeContainer(start.starter, started);
  }
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
