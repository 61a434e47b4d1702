import type { MetricDefinition } from "../../benchmarks/index.ts";
import type { Estimate, SessionSummary } from "../../benchmarks/statistics/index.ts";

interface Measure {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** Base units as words: Bencher's own `latency` counts nanoseconds, so these are measures of their own. */
const units: Readonly<Record<MetricDefinition["unit"], string>> = {
  s: "seconds",
  B: "bytes",
  "1/s": "per-second",
  ratio: "ratio",
  count: "count",
};

/**
 * Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format): medians of result metrics with their 95 % interval,
 * for valid sessions alone. A variant of which more than half failed has no number and is left out.
 */
export function renderBencher(summaries: readonly SessionSummary[]): string {
  const benchmarks = summaries.filter(({ state }) => state.status === "valid").flatMap(benchmarksOf);
  return `${JSON.stringify(Object.fromEntries(benchmarks), undefined, 2)}\n`;
}

function benchmarksOf(summary: SessionSummary): readonly (readonly [string, Readonly<Record<string, Measure>>])[] {
  const results = summary.metrics.filter(({ definition }) => definition.kind === "result");
  return summary.variants
    .filter(({ aaOf }) => aaOf === undefined)
    .map(({ id }) => {
      const measures = results.flatMap(({ definition, estimates }) => {
        const estimate = estimates.find(({ variant }) => variant === id);
        if (estimate === undefined || !Number.isFinite(estimate.median)) return [];
        return [[`${definition.name}-${units[definition.unit]}`, measureOf(estimate)] as const];
      });
      return [`${summary.stack}/${summary.benchmark}/${id}`, Object.fromEntries(measures)] as const;
    });
}

function measureOf({ median, interval }: Estimate): Measure {
  if (interval === undefined || !Number.isFinite(interval.high)) return { value: median };
  return { value: median, lower_value: interval.low, upper_value: interval.high };
}
