import { ascending, atRanks, medianOfSorted } from "./estimate.ts";
import { lowerBound, midRanks, upperBound } from "./paired.ts";
import { seededRandom, shuffle } from "./random.ts";
import { shiftRanks } from "./ranks.ts";
import type { Interval } from "./summary.ts";
import type { UnitValue } from "./units.ts";

export interface ShiftEstimate {
  /** Median of all ln(b) - ln(a), exponentiated: b / a. */
  readonly ratio: number;
  /** Exact Mann-Whitney interval. */
  readonly interval: Interval | undefined;
}

/** Ratio b / a of two sets that were not measured in common blocks: a stored baseline against a new run. */
export function ratioOfUnpaired(b: readonly UnitValue[], a: readonly UnitValue[]): ShiftEstimate | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  const differences = logShifts(b, a);
  const interval = atRanks(differences, shiftRanks(b.length, a.length));
  return {
    ratio: Math.exp(medianOfSorted(differences)),
    interval: interval && { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}

/** The ratio alone, for resampling. */
export function unpairedCentre(b: readonly number[], a: readonly number[]): number {
  return Math.exp(medianOfSorted(logShifts(b, a)));
}

/** All ln(b) - ln(a), ascending; two equal infinities differ by nothing. */
function logShifts(b: readonly number[], a: readonly number[]): Float64Array {
  const [left, right] = [b.map(Math.log), a.map(Math.log)];
  const differences = new Float64Array(a.length * b.length);
  let next = 0;
  for (const high of left) {
    for (const low of right) differences[next++] = high === low ? 0 : high - low;
  }
  return differences.sort();
}

/** Two-sided p of the rank sum with mid-ranks, by seeded permutation: right with ties. Resolution 1 / (draws + 1). */
export function rankSumP(b: readonly UnitValue[], a: readonly UnitValue[], seed: number, draws = 10_000): number {
  const ranks = Float64Array.from(midRanks([...b, ...a]));
  const expected = (b.length * (ranks.length + 1)) / 2;
  const distance = () => Math.abs(ranks.subarray(0, b.length).reduce((sum, rank) => sum + rank, 0) - expected);
  const observed = distance();
  const random = seededRandom(seed);
  let asExtreme = 1;
  for (let draw = 0; draw < draws; draw++) {
    shuffle(ranks, random);
    if (distance() >= observed - 1e-9) asExtreme++;
  }
  return asExtreme / (draws + 1);
}

/** P(b > a) - P(b < a): -1 when all of b lie below all of a, 1 when above, 0 when neither. */
export function cliffsDelta(b: readonly UnitValue[], a: readonly UnitValue[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const sorted = ascending(a);
  const wins = b.reduce((sum, value) => sum + lowerBound(sorted, value) - (sorted.length - upperBound(sorted, value)), 0);
  return wins / (a.length * b.length);
}
