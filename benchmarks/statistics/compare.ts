import type { MetricDefinition, Session } from "../results/schema.ts";
import { bootstrap } from "./bootstrap.ts";
import { exactInterval, exactRatio, exactUnit, toleranceOf } from "./exact.ts";
import { holm } from "./holm.ts";
import { pairedEstimate, signedRankP } from "./paired.ts";
import type { AaResult, Comparison, Interval } from "./summary.ts";
import { logDifferences, type Unit, type UnitValue, valuesOf } from "./units.ts";
import { cliffsDelta } from "./unpaired.ts";
import { judge } from "./verdict.ts";
import { resampledCentre } from "./walsh.ts";

/** Above this many blocks the rank interval stands alone: resampling all Walsh averages would take minutes and add nothing. */
export const BOOTSTRAP_LIMIT = 30;

/** Units of every variant, for one metric. */
export interface MetricUnits {
  readonly definition: MetricDefinition;
  readonly units: ReadonlyMap<string, readonly Unit[]>;
}

/** Every variant against the baseline, for every result metric; p adjusted over all of them together. */
export function compareWithBaseline(session: Session, metrics: readonly MetricUnits[]): readonly Comparison[] {
  const others = session.variants.filter((variant) => variant.id !== session.baseline && variant.aaOf === undefined);
  const raw = metrics
    .filter(({ definition }) => definition.kind === "result")
    .flatMap((metric) => others.map(({ id }) => evidenceOf(session, metric, id)));
  const tested = raw.filter((comparison) => comparison.p !== undefined);
  const adjusted = new Map(holm(tested.map(({ p }) => p ?? 1)).map((p, i) => [tested[i], p]));
  return raw.map((comparison) => concluded(session, comparison, adjusted.get(comparison)));
}

/** The baseline against its second label. */
export function aaResult(session: Session, { definition, units }: MetricUnits): AaResult | undefined {
  const variant = session.variants.find((candidate) => candidate.aaOf === session.baseline);
  if (variant === undefined || definition.kind !== "result") return undefined;
  const differences = logDifferences(units.get(variant.id) ?? [], units.get(session.baseline) ?? []);
  const interval = pairedEstimate(differences)?.interval;
  const half = session.design.tolerance / 2;
  return {
    metric: definition.name,
    variant: variant.id,
    baseline: session.baseline,
    pairs: differences.length,
    ratio: exponentOf(pairedEstimate(differences)?.centre),
    interval: exponentiated(interval),
    noiseFloor: interval && Math.exp((interval.high - interval.low) / 2) - 1,
    sound: interval === undefined || (interval.low <= Math.log1p(half) && interval.high >= -Math.log1p(half)),
  };
}

type RawComparison = Omit<Comparison, "verdict" | "word" | "sentence" | "adjustedP" | "significant"> & {
  readonly definition: MetricDefinition;
};

function exactEvidence(session: Session, { definition, units }: MetricUnits, variant: string): RawComparison {
  const [ours, theirs] = [exactUnit(units.get(variant) ?? []), exactUnit(units.get(session.baseline) ?? [])];
  const ratio = exactRatio(ours, theirs);
  return {
    ...{ definition, variant, baseline: session.baseline, metric: definition.name, ratio },
    ...{ pairs: ratio === undefined ? 0 : 1, interval: exactInterval(ratio), bootstrap: undefined, p: undefined },
    cliffsDelta: cliffsDelta(valuesOf(ours), valuesOf(theirs)),
  };
}

function evidenceOf(session: Session, metric: MetricUnits, variant: string): RawComparison {
  if (metric.definition.exact === true) return exactEvidence(session, metric, variant);
  const { definition, units } = metric;
  const [ours, theirs] = [units.get(variant) ?? [], units.get(session.baseline) ?? []];
  const differences = logDifferences(ours, theirs);
  const estimate = pairedEstimate(differences);
  return {
    definition,
    variant,
    baseline: session.baseline,
    metric: definition.name,
    pairs: differences.length,
    ratio: exponentOf(estimate?.centre),
    interval: exponentiated(estimate?.interval),
    bootstrap: exponentiated(resampled(differences, session.design.seed)),
    p: signedRankP(differences),
    cliffsDelta: cliffsDelta(valuesOf(ours), valuesOf(theirs)),
  };
}

function concluded(session: Session, { definition, ...raw }: RawComparison, adjustedP: number | undefined): Comparison {
  const significant = definition.exact === true ? raw.ratio !== 1 : adjustedP !== undefined && adjustedP < 0.05;
  const tolerance = toleranceOf(definition, session.design.tolerance);
  const verdict = judge(definition, tolerance, [raw.variant, raw.baseline], { ...raw, significant });
  return { ...raw, adjustedP, significant, ...verdict };
}

export function resampled(differences: readonly UnitValue[], seed: number): Interval | undefined {
  return differences.length > BOOTSTRAP_LIMIT
    ? undefined
    : bootstrap(differences, resampledCentre(differences), { seed, draws: 2_000 });
}

export function exponentOf(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.exp(value);
}

export function exponentiated(interval: Interval | undefined): Interval | undefined {
  return interval && { low: Math.exp(interval.low), high: Math.exp(interval.high), coverage: interval.coverage };
}
