import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  binomialProbabilities,
  mannWhitneyProbabilities,
  signedRankProbabilities,
} from "../../../benchmarks/statistics/distributions.ts";

const close = (found: Iterable<number>, expected: readonly number[]) => {
  const values = [...found];
  assert.equal(values.length, expected.length);
  for (const [i, value] of values.entries())
    assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-12, `${i}: ${value}, ${expected[i]}`);
};

/** Every subset of 0..n-1 as a list of indices. */
function subsets(n: number): number[][] {
  return Array.from({ length: 2 ** n }, (_, bits) => Array.from({ length: n }, (_, i) => i).filter((i) => (bits >> i) & 1));
}

describe("null distributions equal those of brute force", () => {
  for (const ranks of [
    [1, 2, 3],
    [1, 2, 3, 4, 5, 6, 7],
    [2, 3, 3, 8, 9],
  ]) {
    it(`for signs of the ranks ${ranks.join(" ")}`, () => {
      const total = ranks.reduce((sum, rank) => sum + rank, 0);
      const expected = new Array<number>(total + 1).fill(0);
      for (const subset of subsets(ranks.length)) {
        const sum = subset.reduce((all, i) => all + (ranks[i] ?? 0), 0);
        expected[sum] = (expected[sum] ?? 0) + 1 / 2 ** ranks.length;
      }
      close(signedRankProbabilities(ranks), expected);
    });
  }

  for (const [n, m] of [
    [1, 4],
    [3, 4],
    [5, 3],
    [6, 6],
  ] as const) {
    it(`for rank sums of ${n} among ${n + m}`, () => {
      const chosen = subsets(n + m).filter((subset) => subset.length === n);
      const expected = new Array<number>(n * m + 1).fill(0);
      for (const subset of chosen) {
        const u = subset.reduce((sum, index) => sum + index, 0) - (n * (n - 1)) / 2;
        expected[u] = (expected[u] ?? 0) + 1 / chosen.length;
      }
      close(mannWhitneyProbabilities(n, m), expected);
    });
  }

  it("for 6 throws of a coin", () =>
    close(
      binomialProbabilities(6, 0.5),
      [1, 6, 15, 20, 15, 6, 1].map((count) => count / 64),
    ));
  it("add up to one for 10 000 throws", () => {
    const total = binomialProbabilities(10_000, 0.05).reduce((sum, probability) => sum + probability, 0);
    assert.ok(Math.abs(total - 1) < 1e-9);
  });
});
