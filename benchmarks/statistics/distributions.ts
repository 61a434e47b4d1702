/**
 * Exact null distributions by dynamic programming. All are symmetric, discrete and small: no approximation is needed at the sizes
 * a benchmark has.
 */

/** P(X = 0..n) for X ~ Binomial(n, p), summed in logarithms so that n = 10 000 does not underflow. */
export function binomialProbabilities(n: number, p: number): Float64Array {
  const probabilities = new Float64Array(n + 1);
  let logChoose = 0;
  for (let k = 0; k <= n; k++) {
    probabilities[k] = Math.exp(logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p));
    logChoose += Math.log(n - k) - Math.log(k + 1);
  }
  return probabilities;
}

/** P(W+ = 0..sum of ranks) where every rank has a positive sign with probability 1/2. Ranks must be whole numbers. */
export function signedRankProbabilities(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  let current = new Float64Array(total + 1);
  current[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    const next = new Float64Array(total + 1);
    for (let w = 0; w <= reach; w++) {
      const half = (current[w] ?? 0) / 2;
      next[w] = (next[w] ?? 0) + half;
      next[w + rank] = (next[w + rank] ?? 0) + half;
    }
    reach += rank;
    current = next;
  }
  return current;
}

/** P(U = 0..n*m) of the Mann-Whitney statistic without ties: q-binomial coefficients, multiplied and divided in place. */
export function mannWhitneyProbabilities(n: number, m: number): Float64Array {
  const size = n * m;
  const counts = new Float64Array(size + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    const up = m + i;
    for (let u = size; u >= up; u--) counts[u] = (counts[u] ?? 0) - (counts[u - up] ?? 0);
    for (let u = i; u <= size; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
}

/** How many leading outcomes have a summed probability of at most `tail`. */
export function outcomesBelow(
  probabilities: Float64Array,
  tail: number,
): { readonly outcomes: number; readonly probability: number } {
  let probability = 0;
  let outcomes = 0;
  for (const next of probabilities) {
    if (probability + next > tail + 1e-12) break;
    probability += next;
    outcomes++;
  }
  return { outcomes, probability };
}
