import type { MetricDefinition, Sample } from "../results/schema.ts";

declare const brand: unique symbol;

/**
 * The value of one experimental unit: one container start, boot, load window or server process. Requests, tokens and iterations
 * inside a unit are not independent, and taking them as units makes noise look like a difference (pseudo-replication). Only this file
 * makes unit values, from samples, so other numbers cannot be passed where an interval or a comparison is computed.
 */
export type UnitValue = number & { readonly [brand]: true };

export interface Unit {
  readonly sequence: number;
  readonly block: number;
  readonly disturbed: boolean;
  readonly failed: boolean;
  readonly value: UnitValue;
}

/** Units of one variant and metric in run order: measured samples that are not invalid. A failure has the worst possible value. */
export function unitsOf(samples: readonly Sample[], variant: string, metric: MetricDefinition): readonly Unit[] {
  return samples
    .filter((sample) => sample.variant === variant && sample.role === "measured")
    .flatMap((sample) => {
      const value = measuredValue(sample, metric);
      if (value === undefined) return [];
      const { sequence, block, validity } = sample;
      return [{ sequence, block, disturbed: validity.status === "disturbed", failed: validity.status === "failed", value }];
    })
    .sort((a, b) => a.sequence - b.sequence);
}

export function valuesOf(units: readonly Unit[]): readonly UnitValue[] {
  return units.map((unit) => unit.value);
}

/**
 * ln(variant / baseline) for every block that holds both. Of several samples in a block the first undisturbed one is taken, so that
 * a repetition cannot replace an unpleasant result. Two failures in one block count as equal: both reached the same time-out. Values below
 * zero have no ratio and make no pair.
 */
export function logDifferences(variant: readonly Unit[], baseline: readonly Unit[]): readonly UnitValue[] {
  const left = byBlock(variant);
  const right = byBlock(baseline);
  return [...left.keys()]
    .sort((a, b) => a - b)
    .flatMap((block) => {
      const a = left.get(block);
      const b = right.get(block);
      const found = a === undefined || b === undefined ? Number.NaN : difference(Math.log(a), Math.log(b));
      return Number.isNaN(found) ? [] : [found as UnitValue];
    });
}

/** Every value minus a constant: to test another difference of logarithms than none. */
export function shiftedBy(differences: readonly UnitValue[], shift: number): readonly UnitValue[] {
  return differences.map((difference) => (difference - shift) as UnitValue);
}

/** Every value times a constant: to test another ratio than 1. */
export function scaledBy(values: readonly UnitValue[], factor: number): readonly UnitValue[] {
  return values.map((value) => (value * factor) as UnitValue);
}

/** Rounds per second of the control computation before each measured sample. */
export function controlSpeeds(samples: readonly Sample[], rounds: number): readonly UnitValue[] {
  return samples
    .filter(({ role }) => role === "measured")
    .flatMap(({ conditions }) => {
      const seconds = conditions["control.seconds"];
      return seconds === undefined ? [] : [(rounds / seconds) as UnitValue];
    });
}

/** Block to value; the same rule for several samples in a block as `logDifferences`. */
export function byBlock(units: readonly Unit[]): ReadonlyMap<number, UnitValue> {
  const chosen = new Map<number, Unit>();
  for (const unit of units) {
    const earlier = chosen.get(unit.block);
    if (earlier === undefined || (earlier.disturbed && !unit.disturbed)) chosen.set(unit.block, unit);
  }
  return new Map([...chosen].map(([block, unit]) => [block, unit.value]));
}

/** a - b, where two equal infinities differ by nothing. */
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function measuredValue(sample: Sample, metric: MetricDefinition): UnitValue | undefined {
  const { status } = sample.validity;
  if (status === "invalid" || status === "skipped" || status === "infra-error") return undefined;
  if (status === "failed") return (metric.better === "lower" ? Number.POSITIVE_INFINITY : 0) as UnitValue;
  return sample.values[metric.name] as UnitValue | undefined;
}
