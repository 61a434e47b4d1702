import { medianRanks, quantileRanks, quantileUpperRank, type RankInterval } from "./ranks.ts";
import type { Interval } from "./summary.ts";
import type { UnitValue } from "./units.ts";

/** Middle value; the mean of the middle two for an even count. `NaN` of nothing. */
export function median(values: readonly number[]): number {
  return medianOfSorted(ascending(values));
}

/** Median with its exact order-statistic interval. */
export function medianInterval(values: readonly UnitValue[]): Interval | undefined {
  return atRanks(ascending(values), medianRanks(values.length));
}

export interface QuantileEstimate {
  /** The ceil(p n)th value. */
  readonly point: number;
  readonly interval: Interval | "not estimable";
  /** 99 % upper bound. */
  readonly upperBound: number | "not estimable";
}

/**
 * p-quantile of the values inside one unit, such as the request latencies of one window. Its interval holds within that window only
 * and assumes independence; across windows take the median of the points. `undefined` of nothing.
 */
export function quantileWithin(values: readonly number[], p: number): QuantileEstimate | undefined {
  const sorted = ascending(values);
  const point = sorted[Math.ceil(p * sorted.length) - 1];
  if (point === undefined) return undefined;
  const upper = quantileUpperRank(sorted.length, p);
  return {
    point,
    interval: atRanks(sorted, quantileRanks(sorted.length, p)) ?? "not estimable",
    upperBound: upper === undefined ? "not estimable" : (sorted[upper - 1] ?? "not estimable"),
  };
}

export function ascending(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

export function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length / 2;
  if (!Number.isInteger(middle)) return sorted[Math.floor(middle)] ?? Number.NaN;
  return centre(sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN);
}

/** Mean of two values of which both may be infinite: opposite infinities (two failures, one on each side) cancel out. */
export function centre(a: number, b: number): number {
  return a === -b ? 0 : (a + b) / 2;
}

/** The order statistics at the given ranks. */
export function atRanks(sorted: Float64Array, ranks: RankInterval | undefined): Interval | undefined {
  const low = ranks && sorted[ranks.low - 1];
  const high = ranks && sorted[ranks.high - 1];
  return low === undefined || high === undefined ? undefined : { low, high, coverage: ranks?.coverage ?? Number.NaN };
}
