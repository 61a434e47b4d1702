import { z } from "zod";
import { defineBenchmark } from "../define.ts";
import { allHeld } from "../harness/read-limits.ts";
import { containerLimits } from "../limits.ts";
import { perSecond, ratio, seconds } from "../metric.ts";
import { benchOrder, serverOrder } from "./orders.ts";
import { toMeasurement } from "./summary.ts";

const parameters = z.strictObject({
  /** Of llama.cpp; two entries in a matrix measure 1 and 4. More than the physical cores is allowed and shown as oversubscribed. */
  threads: z.int().min(1).max(1024).default(1),
  /** Requests that count; one more comes before them and is stored apart. */
  requests: z.int().min(1).max(1000).default(5),
  /** Generated tokens per request. */
  tokens: z.int().min(2).max(100_000).default(128),
  /** Length of the prompt in tokens. */
  promptTokens: z.int().min(1).max(100_000).default(32),
  /** Chooses the prompt's token ids, and seeds the sampler. */
  promptSeed: z.int().nonnegative().max(1_000_000).default(1),
  /** Largest share of tokens that may be read together with the one before: their gap is unknown, so above it the sample is invalid. */
  coalescedLimit: z.number().min(0).max(1).default(0.01),
  /** Repetitions of llama-bench after each sample, as a second opinion; 0 for none. */
  crossCheck: z.int().min(0).max(100).default(1),
  /** Seconds until the model must be loaded. */
  timeoutSeconds: z.number().positive().max(7200).default(600),
  /** Seconds until one request, or llama-bench, must have ended. */
  requestTimeoutSeconds: z.number().positive().max(7200).default(1800),
  limits: containerLimits.default({}),
});
export type LlmParameters = z.output<typeof parameters>;

/** Removing a container may take this long on a busy emulated host. */
const REMOVAL_SECONDS = 120;

/** Gaps between streamed tokens of llama.cpp's server: one server process is one sample. */
export const llmTokens = defineBenchmark({
  name: "llm-tokens",
  title: "LLM token latency on CPU",
  parameters,
  metrics: {
    gapP50: seconds("lower", "time per token, p50 of all gaps", { primary: true }),
    gapP95: seconds("lower", "time per token, p95 of all gaps"),
    requestMeanP95: seconds("lower", "mean time per token of a request, p95 of requests"),
    firstToken: seconds("lower", "time to first token, median of requests"),
    tokensPerSecond: perSecond("higher", "tokens per second, first tokens left out"),
    load: seconds("lower", "start until the model is loaded"),
    loadBracket: seconds("lower", "width of the polling bracket of the load", { kind: "diagnostic" }),
    gapMean: seconds("lower", "time per token, mean of all gaps", { kind: "diagnostic" }),
    benchMean: seconds("lower", "time per token, mean by llama-bench", { kind: "diagnostic" }),
    benchRatio: ratio("lower", "mean gap over llama-bench's", { kind: "diagnostic" }),
    threadsPerCore: ratio("lower", "threads per physical core (above 1: oversubscribed)", { kind: "diagnostic" }),
    coalesced: ratio("lower", "share of tokens read together with the one before", { kind: "diagnostic" }),
  },
  warmups: 0,
  async measure({ harness }, variant, given) {
    const { engine, image, model } = variant;
    if (engine === undefined || image === undefined || model === undefined) {
      const cause = `${variant.id} names no engine, no image or no model`;
      return { outcome: "failed", cause, stamps: {} };
    }
    const container = { starter: engine, image, slice: variant.slice, model: model.path };
    const waiting = given.timeoutSeconds + (given.requests + 1) * given.requestTimeoutSeconds + REMOVAL_SECONDS;
    const found = await harness.request("llm-tokens", serverOrder(container, given), { timeoutSeconds: waiting });
    if (found.outcome === "failed") return { ...found, stamps: {} };
    // Without the limits that were asked for, the sample is invalid as it is.
    const benched =
      given.crossCheck === 0 || !allHeld(found.limits)
        ? []
        : await harness.request("llama-bench", benchOrder(container, given), {
            timeoutSeconds: given.timeoutSeconds + given.requestTimeoutSeconds + REMOVAL_SECONDS,
          });
    return toMeasurement(found, benched, given);
  },
});
