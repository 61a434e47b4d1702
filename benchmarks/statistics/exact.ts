import type { MetricDefinition } from "../results/schema.ts";
import type { Interval } from "./summary.ts";
import type { Unit } from "./units.ts";

/**
 * Relative change of an exact metric that counts. Nothing about it is noise, so what is asked of an estimate would hide real growth; a
 * rebuild with other dates or patched packages stays well below 1 % of an image.
 */
const EXACT_TOLERANCE = 0.01;

/** Relative change of a metric that counts where `tolerance` is asked of estimates: less of an exact one, unless `exact` says how much. */
export function toleranceOf(metric: Pick<MetricDefinition, "exact">, tolerance: number, exact?: number): number {
  return metric.exact === true ? (exact ?? Math.min(tolerance, EXACT_TOLERANCE)) : tolerance;
}

/** The one value of an exact metric: a failed start says nothing about the bytes of its image. */
export function exactUnit(units: readonly Unit[]): readonly Unit[] {
  return units.filter(({ failed }) => !failed).slice(0, 1);
}

/** The units that a median is taken of. */
export function countedUnits({ exact }: MetricDefinition, units: readonly Unit[]): readonly Unit[] {
  return exact === true ? exactUnit(units) : units;
}

/** Nothing to estimate: the value is its own interval. */
export function exactInterval(value: number | undefined): Interval | undefined {
  return value === undefined ? undefined : { low: value, high: value, coverage: 1 };
}

/** Ours / theirs of an exact metric, divided and not by logarithms, so that a value at the very tolerance is within it. 0 and 0 are equal. */
export function exactRatio(ours: readonly Unit[], theirs: readonly Unit[]): number | undefined {
  const [[our], [their]] = [exactUnit(ours), exactUnit(theirs)];
  if (our === undefined || their === undefined) return undefined;
  return our.value === their.value ? 1 : our.value / their.value;
}
