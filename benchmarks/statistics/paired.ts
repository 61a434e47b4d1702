import { signedRankProbabilities } from "./distributions.ts";
import { ascending, atRanks, medianOfSorted } from "./estimate.ts";
import { walshRanks } from "./ranks.ts";
import type { Interval } from "./summary.ts";
import type { UnitValue } from "./units.ts";
import { walshAverages, walshSelector } from "./walsh.ts";

/** Hodges-Lehmann centre of paired differences: the median of all Walsh averages, with the exact signed-rank interval. */
export interface PairedEstimate {
  readonly centre: number;
  readonly interval: Interval | undefined;
}

/** `undefined` without a pair. Differences may be infinite where one side failed. */
export function pairedEstimate(differences: readonly UnitValue[]): PairedEstimate | undefined {
  if (differences.length === 0) return undefined;
  if (differences.length > SORTED_LIMIT && differences.every(Number.isFinite)) return selectedEstimate(differences);
  const averages = Float64Array.from(walshAverages(differences), ({ value }) => value);
  return { centre: medianOfSorted(averages), interval: atRanks(averages, walshRanks(differences.length)) };
}

/** Above this many differences their averages are counted, not sorted: 2 500 differences have three million averages. */
const SORTED_LIMIT = 100;

/** The same figures as from all averages sorted. */
function selectedEstimate(differences: readonly UnitValue[]): PairedEstimate {
  const select = walshSelector(differences);
  const size = (differences.length * (differences.length + 1)) / 2;
  const ranks = walshRanks(differences.length);
  return {
    centre: (select(Math.ceil(size / 2)) + select(Math.floor(size / 2) + 1)) / 2,
    interval: ranks && { low: select(ranks.low), high: select(ranks.high), coverage: ranks.coverage },
  };
}

/**
 * Two-sided p of Wilcoxon's signed-rank test. Zero differences are left out, ties get mid-ranks, and the distribution is that of all
 * sign changes of these very ranks: exact with ties, too. Above 200 pairs the normal approximation.
 */
export function signedRankP(differences: readonly UnitValue[]): number | undefined {
  const nonzero = differences.filter((difference) => difference !== 0);
  if (nonzero.length === 0) return differences.length === 0 ? undefined : 1;
  const ranks = midRanks(nonzero.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => ((nonzero[i] ?? 0) > 0 ? sum + rank : sum), 0);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  if (nonzero.length > 200) return normalP(positive, total, ranks);
  const doubled = ranks.map((rank) => 2 * rank);
  const extreme = 2 * Math.min(positive, total - positive);
  const tail = signedRankProbabilities(doubled).subarray(0, extreme + 1);
  return Math.min(1, 2 * tail.reduce((sum, probability) => sum + probability, 0));
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function midRanks(values: readonly number[]): readonly number[] {
  const sorted = ascending(values);
  return values.map((value) => (lowerBound(sorted, value) + 1 + upperBound(sorted, value)) / 2);
}

/** erfc(z / sqrt 2) by the rational approximation 7.1.26 of Abramowitz and Stegun; absolute error below 1.5e-7. */
function normalP(positive: number, total: number, ranks: readonly number[]): number {
  const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4);
  const x = Math.abs(positive - total / 2) / deviation / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, polynomial * Math.exp(-x * x));
}

/** Index of the first value not below `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  return bisect(sorted, (candidate) => candidate >= value);
}

/** Index of the first value above `value`. */
export function upperBound(sorted: Float64Array, value: number): number {
  return bisect(sorted, (candidate) => candidate > value);
}

function bisect(sorted: Float64Array, reached: (candidate: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(sorted[middle] ?? Number.NaN)) high = middle;
    else low = middle + 1;
  }
  return low;
}
