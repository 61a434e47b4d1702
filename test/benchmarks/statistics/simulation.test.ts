import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { medianInterval } from "../../../benchmarks/statistics/estimate.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { pairedEstimate } from "../../../benchmarks/statistics/paired.ts";
import { seededRandom } from "../../../benchmarks/statistics/random.ts";
import { medianRanks, shiftRanks, walshRanks } from "../../../benchmarks/statistics/ranks.ts";
import { ratioOfUnpaired } from "../../../benchmarks/statistics/unpaired.ts";
import { normal, syntheticSession } from "../../report/synthetic-session.ts";
import { unitValues } from "./units.ts";

/** Share of trials in which the interval holds the true value 0. */
function coverage(
  trials: number,
  n: number,
  interval: (values: readonly number[]) => { low: number; high: number } | undefined,
): number {
  const random = seededRandom(20);
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const found = interval(Array.from({ length: n }, () => normal(random)));
    if (found !== undefined && found.low <= 0 && found.high >= 0) held++;
  }
  return held / trials;
}

describe("simulated sessions", () => {
  for (const n of [10, 20]) {
    it(`hold the median of ${n} in its interval as often as stated`, () => {
      const found = coverage(4000, n, (values) => medianInterval(unitValues(values)));
      assert.ok(Math.abs(found - (medianRanks(n)?.coverage ?? 0)) < 0.015, String(found));
    });
    it(`hold the paired centre of ${n} in its interval 95 times of 100`, () => {
      const found = coverage(4000, n, (values) => pairedEstimate(unitValues(values))?.interval);
      assert.ok(Math.abs(found - 0.95) < 0.015, String(found));
      assert.ok(Math.abs(found - (walshRanks(n)?.coverage ?? 0)) < 0.015, String(found));
    });
  }

  for (const [n, m] of [
    [6, 6],
    [10, 10],
    [20, 10],
  ] as const)
    it(`hold the ratio of two sessions of ${n} and ${m} in its interval as often as stated, and no less than 95 times of 100`, () => {
      const random = seededRandom(30);
      const set = (size: number) => unitValues(Array.from({ length: size }, () => Math.exp(0.05 * normal(random))));
      const trials = 4000;
      const held = Array.from({ length: trials }, () => ratioOfUnpaired(set(n), set(m))?.interval).filter(
        (interval) => interval !== undefined && interval.low <= 1 && interval.high >= 1,
      ).length;
      const stated = shiftRanks(n, m)?.coverage ?? 0;
      assert.ok(stated >= 0.95);
      assert.ok(Math.abs(held / trials - stated) < 0.015, `${held / trials}, stated ${stated}`);
    });

  const verdicts = (factor: number, noise: number) =>
    Array.from({ length: 100 }, (_, seed) => {
      const data = syntheticSession({ seed, noise, aaPair: false, variants: { "a/docker": 1, "b/docker": factor } });
      return summarise(data).metrics[0]?.comparisons[0]?.verdict;
    });

  it("hardly ever find a difference where there is none", () => {
    const found = verdicts(1, 0.06);
    assert.ok(found.filter((verdict) => verdict === "better" || verdict === "worse").length <= 7, String(found));
  });
  it("find 20 % at 6 % of noise in ten blocks at least three times of four", () => {
    assert.ok(verdicts(1.2, 0.06).filter((verdict) => verdict === "worse").length >= 75);
  });
  it("call 1 % at 2 % of noise equivalent", () => {
    assert.ok(verdicts(1.01, 0.02).filter((verdict) => verdict === "equivalent").length >= 95);
  });
  it("keep the paired ratio within 1 % under a drift of 20 % per session", () => {
    const data = syntheticSession({ blocks: 20, noise: 0.002, drift: 0.2, variants: { "a/docker": 1, "b/docker": 1.3 } });
    const ratio = summarise(data).metrics[0]?.comparisons[0]?.ratio ?? 0;
    assert.ok(Math.abs(ratio / 1.3 - 1) < 0.01, String(ratio));
  });
});
