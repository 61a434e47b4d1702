import type { BenchmarkOutputs, MetricOutput } from "../schema.ts";
import type { Estimate, MetricSummary, SessionSummary } from "./summary.ts";

/** What a Benchmark resource shows of a session. */
export type SummaryOutputs = Pick<BenchmarkOutputs, "metrics" | "verdicts" | "emulated">;

/**
 * Metrics by variant, and one verdict per comparison; `session` verdicts come first where the session is not valid. Infinite medians (more
 * than half failed) have no place in the stack's state: such a metric is left out and a verdict says why.
 */
export function summaryOutputs(summary: SessionSummary): SummaryOutputs {
  return {
    metrics: Object.fromEntries(summary.variants.map(({ id }) => [id, metricsOf(summary, id)])),
    verdicts: [
      ...stateVerdicts(summary),
      ...cellVerdicts(summary),
      ...failureVerdicts(summary),
      ...summary.metrics.flatMap(comparisonVerdicts),
    ],
    emulated: summary.comparability.emulated,
  };
}

function metricsOf(summary: SessionSummary, variant: string): Readonly<Record<string, MetricOutput>> {
  return Object.fromEntries(
    summary.metrics.flatMap(({ definition, estimates }) => {
      const estimate = estimates.find((candidate) => candidate.variant === variant);
      if (estimate === undefined || !Number.isFinite(estimate.median)) return [];
      return [[definition.name, metricOutput(estimate, definition.unit)]];
    }),
  );
}

function metricOutput({ median, n, interval }: Estimate, unit: string): MetricOutput {
  const finite = interval !== undefined && Number.isFinite(interval.high);
  return { median, n, unit, ...(finite ? { interval: [interval.low, interval.high], coverage: interval.coverage } : {}) };
}

function stateVerdicts({ state, session }: SessionSummary): SummaryOutputs["verdicts"] {
  // The variants say themselves that they are skipped.
  if (state.status === "valid" || state.status === "skipped") return [];
  return state.reasons.map(({ detail }) => ({
    variant: "*",
    metric: "session",
    verdict: state.status,
    detail: `${session}: ${detail}`,
  }));
}

/** Variants without figures, or that broke down on the way, each with its cause; what is skipped once, whatever its labels. */
function cellVerdicts({ variants }: SessionSummary): SummaryOutputs["verdicts"] {
  return variants.flatMap(({ id, cell, aaOf }) =>
    cell.state === "passed" || (cell.state === "skipped" && aaOf !== undefined)
      ? []
      : [{ variant: id, metric: "*", verdict: cell.state, detail: cell.cause ?? "" }],
  );
}

function failureVerdicts({ variants }: SessionSummary): SummaryOutputs["verdicts"] {
  return variants
    .filter(({ counts }) => counts.failed > 0)
    .map(({ id, counts }) => ({
      variant: id,
      metric: "*",
      verdict: "failed samples",
      detail: `${counts.failed} of ${counts.counted} samples failed; they count as slower than all others`,
    }));
}

function comparisonVerdicts({ comparisons }: MetricSummary): SummaryOutputs["verdicts"] {
  return comparisons.map(({ variant, metric, word, sentence }) => ({ variant, metric, verdict: word, detail: sentence }));
}
