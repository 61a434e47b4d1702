import type { MetricDefinition } from "../results/schema.ts";
import { bootstrapOfTwo } from "../statistics/bootstrap.ts";
import { BOOTSTRAP_LIMIT, exponentiated, exponentOf, resampled } from "../statistics/compare.ts";
import { exactInterval, exactRatio, exactUnit } from "../statistics/exact.ts";
import { pairedEstimate, signedRankP } from "../statistics/paired.ts";
import type { Interval } from "../statistics/summary.ts";
import { logDifferences, scaledBy, shiftedBy, type Unit, type UnitValue, valuesOf } from "../statistics/units.ts";
import { cliffsDelta, rankSumP, ratioOfUnpaired, unpairedCentre } from "../statistics/unpaired.ts";
import type { Design } from "./result.ts";

const DRAWS = 2_000;

/** What two sets of units say about the ratio new / baseline. */
export interface Evidence {
  readonly design: Design;
  readonly n: number;
  readonly baselineN: number;
  readonly ratio: number | undefined;
  readonly interval: Interval | undefined;
  readonly bootstrap: Interval | undefined;
  readonly cliffsDelta: number;
  /** Standard deviation of the logarithms (paired: of their differences): the coefficient of variation for small ones. */
  readonly spread: number | undefined;
  /** Two-sided p of the hypothesis that the true ratio is `ratio`. */
  readonly p: (ratio: number) => number | undefined;
}

/** What the two sides of a metric say: estimates with their interval, or one exact value each. */
export function evidenceOf(
  metric: MetricDefinition,
  design: Design,
  [ours, theirs]: readonly [readonly Unit[], readonly Unit[]],
  seed: number,
): Evidence {
  if (metric.exact === true) return exactEvidence(design, ours, theirs);
  return design === "paired" ? pairedEvidence(ours, theirs, seed) : unpairedEvidence(ours, theirs, seed);
}

/** One value on each side, whatever the number of samples: nothing is estimated and nothing tested. */
function exactEvidence(design: Design, ours: readonly Unit[], theirs: readonly Unit[]): Evidence {
  const [own, other] = [exactUnit(ours), exactUnit(theirs)];
  const ratio = exactRatio(own, other);
  return {
    ...{ design, n: own.length, baselineN: other.length, ratio, interval: exactInterval(ratio), bootstrap: undefined },
    ...{ cliffsDelta: cliffsDelta(valuesOf(own), valuesOf(other)), spread: undefined, p: () => undefined },
  };
}

/** Both sides measured in the same blocks. */
export function pairedEvidence(ours: readonly Unit[], theirs: readonly Unit[], seed: number): Evidence {
  const differences = logDifferences(ours, theirs);
  const estimate = pairedEstimate(differences);
  return {
    design: "paired",
    n: differences.length,
    baselineN: differences.length,
    ratio: exponentOf(estimate?.centre),
    interval: exponentiated(estimate?.interval),
    bootstrap: exponentiated(resampled(differences, seed)),
    cliffsDelta: cliffsDelta(valuesOf(ours), valuesOf(theirs)),
    spread: deviation(differences),
    p: (ratio) => signedRankP(shiftedBy(differences, Math.log(ratio))),
  };
}

/** A stored session against a new one. */
export function unpairedEvidence(ours: readonly Unit[], theirs: readonly Unit[], seed: number): Evidence {
  const [b, a] = [valuesOf(ours), valuesOf(theirs)];
  const estimate = ratioOfUnpaired(b, a);
  const small = Math.max(a.length, b.length) <= BOOTSTRAP_LIMIT;
  return {
    design: "unpaired",
    n: b.length,
    baselineN: a.length,
    ratio: estimate?.ratio,
    interval: Math.min(a.length, b.length) < MINIMUM_UNITS ? undefined : estimate?.interval,
    bootstrap: small ? bootstrapOfTwo(b, a, unpairedCentre, { seed, draws: DRAWS }) : undefined,
    cliffsDelta: cliffsDelta(b, a),
    spread: pooled(deviation(b.map(Math.log)), deviation(a.map(Math.log))),
    p: (ratio) => (estimate === undefined ? undefined : rankSumP(scaledBy(b, 1 / ratio), a, seed)),
  };
}

/** Below this many units on a side nothing is decided, though four would have an interval: the smallest design is six blocks. */
export const MINIMUM_UNITS = 6;

function deviation(values: readonly (number | UnitValue)[]): number | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return undefined;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (finite.length - 1));
}

function pooled(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.sqrt((a * a + b * b) / 2);
}
