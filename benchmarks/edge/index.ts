import { createHash } from "node:crypto";
import { z } from "zod";
import { defineBenchmark, type Measurement } from "../define.ts";
import type { Edge } from "../harness/edge/action.ts";
import { count, perSecond, ratio, seconds } from "../metric.ts";
import { rankedQuantile } from "../quantile.ts";

const parameters = z.strictObject({
  /** Of hailo-ollama on the host; it must be running and have the model. */
  port: z.int().min(1).max(65535).default(8000),
  model: z.string().min(1).default("qwen2:1.5b"),
  prompt: z.string().min(1).default("Explain in detail how a refrigerator works."),
  /** Most generated tokens per request. */
  tokens: z.int().min(2).max(2048).default(128),
  seed: z.int().nonnegative().max(1_000_000).default(1),
  /** Seconds of the same requests before those that count, to load the model and warm the board. */
  warmupSeconds: z.number().nonnegative().max(600).default(30),
  /** Seconds of requests, one after the other. */
  seconds: z.number().positive().max(3600).default(60),
  requestTimeoutSeconds: z.number().positive().max(3600).default(300),
  /** Longest wait until the host is within 3 degrees of its first start. */
  coolDownSeconds: z.number().nonnegative().max(3600).default(300),
  /** Path on the host of a compiled network for `hailortcli benchmark`. */
  hef: z.string().startsWith("/").optional(),
  /** Largest share of tokens that may be read together with the one before: their gap is unknown, so above it the sample is invalid. */
  coalescedLimit: z.number().min(0).max(1).default(0.01),
});

/** hailortcli's 300 s, the unloading before it, and what the host says about itself. */
const REST_SECONDS = 500;
const diagnostic = { kind: "diagnostic" } as const;

/** An LLM on a Hailo accelerator: one run of a minute, after half a minute of warm-up, is one sample. */
export const edge = defineBenchmark({
  name: "edge",
  title: "LLM on Hailo",
  parameters,
  metrics: {
    gapP50: seconds("lower", "time per token, p50 of all gaps", { primary: true }),
    gapP95: seconds("lower", "time per token, p95 of all gaps"),
    firstToken: seconds("lower", "time to first token, median of requests"),
    tokensPerSecond: perSecond("higher", "tokens per second, first tokens left out"),
    requests: count("higher", "requests in the run", diagnostic),
    coalesced: ratio("lower", "share of tokens read together with the one before", diagnostic),
    hefFps: perSecond("higher", "frames per second by hailortcli benchmark", diagnostic),
    hefStreamingFps: perSecond("higher", "frames per second with transfers by hailortcli 4.x", diagnostic),
    hefLatency: seconds("lower", "mean hardware latency by hailortcli 4.x", diagnostic),
  },
  warmups: 0,
  async measure({ harness }, _variant, given) {
    const { model, prompt, tokens, seed, coalescedLimit, ...rest } = given;
    const asking = given.warmupSeconds + given.seconds + 3 * given.requestTimeoutSeconds;
    const waiting = given.coolDownSeconds + asking + REST_SECONDS;
    const order = { ...rest, request: { model, prompt, tokens, seed } };
    return toMeasurement(await harness.request("edge", order, { timeoutSeconds: waiting }), coalescedLimit);
  },
});

type Name =
  | "gapP50"
  | "gapP95"
  | "firstToken"
  | "tokensPerSecond"
  | "requests"
  | "coalesced"
  | "hefFps"
  | "hefStreamingFps"
  | "hefLatency";

/** The figures of one run. Pure. */
export function toMeasurement(found: Edge, coalescedLimit: number): Measurement<Name> {
  if (found.outcome === "skipped") return found;
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { warmups, requests, hef } = found;
  const gaps = requests.flatMap((request) => request.gaps);
  const coalesced = requests.reduce((sum, request) => sum + request.coalesced, 0) / (gaps.length + requests.length);
  const packed = requests.reduce((sum, request) => sum + request.packed, 0);
  const firstTokens = requests.map(({ firstToken }) => firstToken);
  const own = {
    gapP50: rankedQuantile(gaps, 0.5),
    gapP95: rankedQuantile(gaps, 0.95),
    firstToken: rankedQuantile(firstTokens, 0.5),
  };
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0);
  const rate = seconds === 0 ? {} : { tokensPerSecond: gaps.length / seconds };
  return {
    outcome: "measured",
    values: { ...own, ...rate, requests: requests.length, coalesced, ...hefValues(hef) },
    stamps: found.stamps,
    conditions: {
      ...under("edge", found.conditions),
      ...under("hailortcli", sensors(hef)),
      ...under("tokens", { packed, coalesced, coalescedLimit }),
    },
    series: seriesOf(found),
    // All answers of a run are the same, and their number is not.
    identities: {
      text: createHash("sha256")
        .update(warmups[0]?.text ?? "")
        .digest("hex"),
    },
  };
}

/** As those of `llm-tokens`: `gap.1` are the gaps of the first request that counts, by position, and so on. */
function seriesOf({ warmups, requests }: Extract<Edge, { outcome: "measured" }>): Record<string, readonly number[]> {
  const gaps = Object.fromEntries(requests.map((request, index) => [`gap.${index + 1}`, request.gaps]));
  const firstToken = requests.map((request) => request.firstToken);
  return { ...gaps, firstToken, "warmup.gap": warmups.flatMap((request) => request.gaps) };
}

type Hef = Extract<Edge, { outcome: "measured" }>["hef"];

function hefValues(hef: Hef): Partial<Record<Name, number>> {
  if (hef === undefined) return {};
  const { fps, streamingFps, hardwareLatency } = hef;
  return {
    hefFps: fps,
    ...(streamingFps === undefined ? {} : { hefStreamingFps: streamingFps }),
    ...(hardwareLatency === undefined ? {} : { hefLatency: hardwareLatency }),
  };
}

/** No unit of a metric is a watt or a degree: they are conditions. */
function sensors(hef: Hef): Readonly<Record<string, number>> {
  return {
    ...(hef?.watts === undefined ? {} : { watts: hef.watts }),
    ...(hef?.celsius === undefined ? {} : { celsius: hef.celsius }),
  };
}

function under(prefix: string, values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}
