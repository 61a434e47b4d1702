import type { MetricDefinition, Sample, SessionData } from "../results/schema.ts";
import { outliers } from "./diagnostics.ts";
import type { FlaggedSample, Reason } from "./summary.ts";
import { unitsOf, valuesOf } from "./units.ts";

/** Every measured sample somebody should look at, in run order, with its reasons. */
export function flaggedSamples(data: SessionData): readonly FlaggedSample[] {
  const strange = outlierReasons(data);
  return data.samples
    .filter((sample) => sample.role === "measured")
    .flatMap((sample) => flag(sample, strange.get(sample.sequence) ?? []))
    .sort((a, b) => a.sequence - b.sequence);
}

function flag(sample: Sample, strange: readonly Reason[]): readonly FlaggedSample[] {
  const { sequence, variant, block, validity } = sample;
  const place = { sequence, variant, block };
  switch (validity.status) {
    case "valid":
      return strange.length === 0 ? [] : [{ ...place, kind: "outlier", counted: true, reasons: strange }];
    case "invalid":
      return [{ ...place, kind: "invalid", counted: false, reasons: validity.reasons }];
    case "disturbed":
      return [{ ...place, kind: "disturbed", counted: true, reasons: [...validity.reasons, ...strange] }];
    case "failed":
      return [{ ...place, kind: "failed", counted: true, reasons: [{ rule: "failed", detail: validity.cause }] }];
    case "infra-error":
      return [{ ...place, kind: "infra-error", counted: false, reasons: [{ rule: "infra-error", detail: validity.cause }] }];
    case "skipped":
      return [];
    default:
      return validity satisfies never;
  }
}

function outlierReasons(data: SessionData): ReadonlyMap<number, readonly Reason[]> {
  const reasons = new Map<number, Reason[]>();
  for (const metric of data.session.metrics.filter(({ kind }) => kind === "result")) {
    for (const variant of data.session.variants) addOutliers(reasons, data.samples, variant.id, metric);
  }
  return reasons;
}

function addOutliers(
  reasons: Map<number, Reason[]>,
  samples: readonly Sample[],
  variant: string,
  metric: MetricDefinition,
): void {
  const units = unitsOf(samples, variant, metric).filter((unit) => !unit.failed);
  const marks = outliers(valuesOf(units));
  for (const { sequence } of units.filter((_, i) => marks[i])) {
    const reason = { rule: "outlier", detail: `${metric.title}: more than 14.8 median absolute deviations from the median` };
    reasons.set(sequence, [...(reasons.get(sequence) ?? []), reason]);
  }
}
