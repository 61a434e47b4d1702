import { benchmarks } from "../../../benchmarks/catalogue.ts";
import type { Benchmark } from "../../../benchmarks/define.ts";
import type { MetricDefinition, SessionData } from "../../../benchmarks/index.ts";
import { neededParameters } from "../../report/every-test.ts";
import { type SyntheticOptions, syntheticSession } from "../../report/synthetic-session.ts";

/** Every test of the catalogue: a new one is gated as soon as it is registered. */
export const everyBenchmark: readonly Benchmark[] = Object.values(benchmarks);

/** What brings out every result metric of a test. */
const parametersOf: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...neededParameters,
  memory: { density: {} },
};

/** Of what size a primary duration is, in seconds: what is no duration, or stands in no line, follows its unit. */
const durations: Readonly<Record<string, number>> = {
  boot: 21,
  "developer-ready": 48,
  "steady-load": 0.021,
  "llm-tokens": 0.066,
  onnx: 0.004,
  edge: 0.24,
};

/** In base units. */
const sizes: Readonly<Record<MetricDefinition["unit"], number>> = {
  s: 1.05,
  B: 61_341_696,
  "1/s": 15.2,
  ratio: 0.31,
  count: 240,
};

export interface MeasuredOptions {
  /** Of January 2026: the order of sessions. */
  readonly day: number;
  /** How many times worse than usual: durations, bytes and shares grow, rates and counts of what fits fall. */
  readonly worse?: number;
  readonly facts?: SyntheticOptions["facts"];
}

/** A session of a quiet host with one variant and its A/A pair, of a size that this test has; the bytes of an image never change. */
export function measuredSession(benchmark: Benchmark, { day, worse = 1, facts = {} }: MeasuredOptions): SessionData {
  const { name, title } = benchmark;
  const parameters = parametersOf[name] ?? {};
  const metrics = benchmark.metricsOf(parameters);
  const data = syntheticSession({
    ...{ seed: day, noise: 0.01, blockNoise: 0.01, variants: { "debian-13": worse }, facts },
    session: {
      ...{ id: sessionId(name, day), startedAt: `2026-01-0${day}T00:00:00.000Z`, stack: name },
      ...{ benchmark: name, test: name, title, parameters, metrics: [...metrics] },
    },
  });
  const samples = data.samples.map((sample) => {
    const change = sample.values.total ?? 1;
    return { ...sample, values: Object.fromEntries(metrics.map((metric) => [metric.name, sizeOf(name, metric, change)])) };
  });
  return { ...data, samples };
}

export function sessionId(name: string, day: number): string {
  return `2026010${day}T000000Z-${name}-${name}`;
}

function sizeOf(test: string, { unit, better, exact }: MetricDefinition, change: number): number {
  const usual = unit === "s" ? (durations[test] ?? sizes.s) : sizes[unit];
  if (exact === true) return usual;
  const value = better === "lower" ? usual * change : usual / change;
  return unit === "B" || unit === "count" ? Math.round(value) : value;
}
