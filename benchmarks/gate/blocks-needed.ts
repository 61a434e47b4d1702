import { allowed, type Question } from "./decide.ts";
import { type Evidence, MINIMUM_UNITS } from "./evidence.ts";
import type { Design } from "./result.ts";

const MOST = 1000;
/** Asymptotic relative efficiency of rank estimates against the mean for normal data: 3 / pi. */
const EFFICIENCY = 3 / Math.PI;

/**
 * Blocks per session after which the interval of the ratio seen no longer reaches across the bound nearest to it, if the spread stays as
 * it is. `undefined` where nothing is known of the spread: a few samples show none that could be built on.
 */
export function blocksNeeded(evidence: Evidence, question: Question): number | "unreachable" | undefined {
  const { ratio, spread, design, n, baselineN } = evidence;
  if (Math.min(n, baselineN) < MINIMUM_UNITS) return undefined;
  if (ratio === undefined || spread === undefined || !(ratio > 0 && Number.isFinite(ratio))) return undefined;
  const { low, high } = allowed(question);
  const distance = Math.min(...[low, high].map((bound) => Math.abs(Math.log(ratio) - Math.log(bound))));
  const needed = blocksForHalfWidth(design, spread, distance);
  return needed === "unreachable" ? needed : Math.max(needed, Math.min(n + 1, MOST));
}

/** Blocks that would bring half an A/A interval of `pairs` blocks, and so the noise floor, down to half the tolerance. */
export function blocksToArm(floor: number, pairs: number, tolerance: number): number | "unreachable" {
  const needed = Math.ceil(pairs * (Math.log1p(floor) / Math.log1p(tolerance / 2)) ** 2);
  return needed <= MOST ? needed : "unreachable";
}

/** Blocks at which half the 95 % interval is at most `halfWidth`, both of logarithms; 6 at least. */
export function blocksForHalfWidth(design: Design, spread: number, halfWidth: number): number | "unreachable" {
  for (let n = MINIMUM_UNITS; n <= MOST; n++) {
    const [sides, freedom] = design === "paired" ? [1, n - 1] : [2, 2 * n - 2];
    if (studentQuantile(freedom) * spread * Math.sqrt(sides / n / EFFICIENCY) <= halfWidth) return n;
  }
  return "unreachable";
}

/** 97.5 % quantile of Student's t by the expansion 26.7.5 of Abramowitz and Stegun; within 0.5 % from 5 degrees of freedom on. */
function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + first / freedom + second / freedom ** 2;
}
