import { z } from "zod";
import { defineBenchmark } from "../define.ts";
import { ANSWER_SECONDS } from "../harness/client.ts";
import { DRAIN_SECONDS } from "../harness/load/generate.ts";
import { type Metric, ratio, seconds } from "../metric.ts";
import { REMOVAL_SECONDS, requestOf, sentRequest, servedImage, servedOrder } from "../served.ts";
import { quantileRanks } from "../statistics/ranks.ts";
import { type SteadyLoadMetric, toMeasurement } from "./measurement.ts";

const parameters = z.strictObject({
  ...servedImage,
  /** Requests per second. */
  rate: z.number().positive().max(10_000).default(8),
  /** Seconds of a window. */
  duration: z.number().positive().max(3600).default(60),
  /** Seconds of the same load before it: stored, never counted. */
  warmup: z.number().nonnegative().max(600).default(10),
  /** `poisson` arrivals are the same in every window: they come from `seed`. */
  profile: z.enum(["constant", "poisson"]).default("constant"),
  seed: z.int().nonnegative().default(1),
  ...sentRequest,
  /** Most connections at once; as many as are needed by default. */
  connections: z.int().min(256).optional(),
});

/** Seconds over which the generator's own lateness is looked at before the first sample. */
const LATENESS_SECONDS = 2;

/** Open-loop load at a constant rate on a fresh container: one window is one sample, its requests are not. */
export const steadyLoad = defineBenchmark({
  name: "steady-load",
  title: "Steady load",
  parameters,
  metrics: ({ rate, duration }): Record<SteadyLoadMetric, Metric> => metricsFor(Math.round(rate * duration)),
  warmups: 0,
  async calibrate({ harness, facts }, { rate, profile, seed }) {
    if (facts.emulated) return {};
    const schedule = { rate, profile, seed, duration: Math.max(LATENESS_SECONDS, 1 / rate) };
    const { p50, p99, max } = await harness.request("send-lateness", schedule, { timeoutSeconds: ANSWER_SECONDS });
    return { sendLatenessP50: p50, sendLatenessP99: p99, sendLatenessMax: max };
  },
  async measure({ harness }, variant, given) {
    const container = servedOrder(variant, given);
    if (typeof container === "string") return { outcome: "failed", cause: container, stamps: {} };
    const { rate, duration, warmup, profile, seed, connections, timeoutSeconds } = given;
    const load = { rate, duration, warmup, profile, seed, connections, ...requestOf(given) };
    const most = timeoutSeconds + warmup + duration + DRAIN_SECONDS + REMOVAL_SECONDS;
    return toMeasurement(await harness.request("steady-load", { ...container, load }, { timeoutSeconds: most }));
  },
});

/**
 * Only medians, p95 and the container's CPU are compared: beyond p99 of 480 requests lie five, which says little about the next
 * window. The titles carry the number of requests, because a percentile without it can't be judged.
 */
function metricsFor(n: number): Record<SteadyLoadMetric, Metric> {
  const floor = quantileRanks(n, 0.99) === undefined ? ", too few for an interval" : "";
  const diagnostic = { kind: "diagnostic" } as const;
  return {
    p50: seconds("lower", `p50 from the due instant (n = ${n})`),
    p95: seconds("lower", `p95 from the due instant (n = ${n})`, { primary: true }),
    p99: seconds("lower", `p99 from the due instant (n = ${n}${floor})`, diagnostic),
    max: seconds("lower", "longest answered request", diagnostic),
    cpu: ratio("lower", "CPU of the container, CPU seconds per second"),
    hostCpu: ratio("lower", "busy share of all CPUs of the host", diagnostic),
    generatorCpu: ratio("lower", "CPU of the load generator, CPU seconds per second", diagnostic),
    errors: ratio("lower", "failed or unanswered requests", diagnostic),
    fromSendP95: seconds("lower", "p95 from the real send", diagnostic),
    latenessP50: seconds("lower", "send lateness, median", diagnostic),
    latenessP99: seconds("lower", "send lateness, p99", diagnostic),
    latenessMax: seconds("lower", "send lateness, longest", diagnostic),
    loopDelay: seconds("lower", "longest pause of the generator's event loop", diagnostic),
  };
}
