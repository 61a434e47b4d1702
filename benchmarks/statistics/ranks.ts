import { binomialProbabilities, mannWhitneyProbabilities, outcomesBelow, signedRankProbabilities } from "./distributions.ts";

/** Ranks (from 1) of the order statistics that bound an interval, and the coverage it really has. */
export interface RankInterval {
  readonly low: number;
  readonly high: number;
  readonly coverage: number;
}

const TAIL = 0.025;
/** Above this the exact distribution costs more than it tells; the normal approximation is right to the third digit. */
const EXACT_LIMIT = 200;

/** Two-sided 95 % interval of the median; `undefined` below n = 6. */
export function medianRanks(n: number): RankInterval | undefined {
  return quantileRanks(n, 0.5);
}

/**
 * Two-sided 95 % interval of the p-quantile: P(X(low) <= q <= X(high)) with Binomial(n, p). `undefined` below the floor (72 units for
 * p95, 368 for p99), where no such interval exists.
 */
export function quantileRanks(n: number, p: number): RankInterval | undefined {
  if (n < 1) return undefined;
  const below = outcomesBelow(binomialProbabilities(n, p), TAIL);
  const above = outcomesBelow(binomialProbabilities(n, 1 - p), TAIL);
  if (below.outcomes < 1 || above.outcomes < 1) return undefined;
  return { low: below.outcomes, high: n + 1 - above.outcomes, coverage: 1 - below.probability - above.probability };
}

/**
 * Rank of the 99 % upper bound of the p-quantile as MLPerf's load generator takes it: n - t with the largest t >= 1 for which
 * P(Binomial(n, 1 - p) <= t) <= 1 %. `undefined` below the floor (64 for p90, 130 for p95, 662 for p99).
 */
export function quantileUpperRank(n: number, p: number): number | undefined {
  const { outcomes } = outcomesBelow(binomialProbabilities(n, 1 - p), 0.01);
  const t = outcomes - 1;
  return t < 1 ? undefined : n - t;
}

/** Interval of the Hodges-Lehmann estimate among n(n+1)/2 Walsh averages; `undefined` below n = 6. */
export function walshRanks(n: number): RankInterval | undefined {
  const averages = (n * (n + 1)) / 2;
  if (n > EXACT_LIMIT) return normalRanks(averages, averages / 2, Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24));
  return symmetric(averages, signedRankProbabilities(Array.from({ length: n }, (_, i) => i + 1)));
}

/** Interval of the Hodges-Lehmann shift among the n*m pairwise differences. */
export function shiftRanks(n: number, m: number): RankInterval | undefined {
  const differences = n * m;
  if (Math.max(n, m) > EXACT_LIMIT) return normalRanks(differences, differences / 2, Math.sqrt((differences * (n + m + 1)) / 12));
  return symmetric(differences, mannWhitneyProbabilities(n, m));
}

function symmetric(size: number, probabilities: Float64Array): RankInterval | undefined {
  const { outcomes, probability } = outcomesBelow(probabilities, TAIL);
  return outcomes < 1 ? undefined : { low: outcomes, high: size + 1 - outcomes, coverage: 1 - 2 * probability };
}

function normalRanks(size: number, mean: number, deviation: number): RankInterval {
  const low = Math.floor(mean - 1.959964 * deviation);
  return { low, high: size + 1 - low, coverage: 0.95 };
}
