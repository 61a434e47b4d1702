import { z } from "zod";
import { defineBenchmark } from "../define.ts";
import type { Metric } from "../metric.ts";
import { llmMeasurement, llmMetrics } from "./llm.ts";
import { networkMeasurement, networkMetrics, networkOrder, networkParameters } from "./network.ts";

const parameters = z.strictObject({
  /** Of hailo-ollama on the host; it must be running and have the model. */
  port: z.int().min(1).max(65535).default(8000),
  model: z.string().min(1).default("qwen2:1.5b"),
  prompt: z.string().min(1).default("Explain in detail how a refrigerator works."),
  /** Most generated tokens per request. */
  tokens: z.int().min(2).max(2048).default(128),
  seed: z.int().nonnegative().max(1_000_000).default(1),
  /** Seconds of the same work before that which counts, to load the model and warm the board. */
  warmupSeconds: z.number().nonnegative().max(600).default(30),
  /** Seconds of requests, or of inferences, one after the other. */
  seconds: z.number().positive().max(3600).default(60),
  requestTimeoutSeconds: z.number().positive().max(3600).default(300),
  /** Longest wait until the host is within 3 degrees of its first start. */
  coolDownSeconds: z.number().nonnegative().max(3600).default(300),
  /** Path on the host of a compiled network for `hailortcli benchmark`. */
  hef: z.string().startsWith("/").optional(),
  /** Largest share of tokens that may be read together with the one before: their gap is unknown, so above it the sample is invalid. */
  coalescedLimit: z.number().min(0).max(1).default(0.01),
  /** A compiled network is measured and no LLM; what is about requests, models and tokens then says nothing. */
  network: networkParameters.optional(),
});

/** hailortcli's 300 s, the unloading before it, and what the host says about itself; or two starts of a network's process beside that. */
const REST_SECONDS = 1100;

/** An LLM, or a compiled network, on a Hailo accelerator: one run of a minute, after half a minute of warm-up, is one sample. */
export const edge = defineBenchmark({
  name: "edge",
  title: "Hailo accelerator",
  parameters,
  metrics: ({ network }): Readonly<Record<string, Metric>> => (network === undefined ? llmMetrics : networkMetrics),
  warmups: 0,
  async measure({ harness }, _variant, { network, ...given }) {
    const { model, prompt, tokens, seed, coalescedLimit, ...rest } = given;
    const waiting = given.coolDownSeconds + given.warmupSeconds + given.seconds + REST_SECONDS;
    if (network !== undefined) {
      const timeoutSeconds = waiting + 2 * (network.warmups + 1) * network.inferenceTimeoutSeconds;
      return networkMeasurement(await harness.request("edge-network", networkOrder(network, given), { timeoutSeconds }));
    }
    const timeoutSeconds = waiting + 3 * given.requestTimeoutSeconds;
    const order = { ...rest, request: { model, prompt, tokens, seed } };
    return llmMeasurement(await harness.request("edge", order, { timeoutSeconds }), coalescedLimit);
  },
});
