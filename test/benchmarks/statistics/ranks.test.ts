import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { medianRanks, quantileRanks, quantileUpperRank, shiftRanks, walshRanks } from "../../../benchmarks/statistics/ranks.ts";

const ends = (ranks: { readonly low: number; readonly high: number } | undefined) => ranks && [ranks.low, ranks.high];

describe("exact ranks of 95 % intervals", () => {
  const medians = { 6: [1, 6], 10: [2, 9], 15: [4, 12], 20: [6, 15], 30: [10, 21] };
  for (const [n, expected] of Object.entries(medians)) {
    it(`bound the median of ${n} by ${expected.join(" and ")}`, () => assert.deepEqual(ends(medianRanks(Number(n))), expected));
  }
  it("do not exist for the median of 5", () => assert.equal(medianRanks(5), undefined));
  it("cover 97.9 % for the median of 10", () => assert.equal(medianRanks(10)?.coverage.toFixed(4), "0.9785"));

  it("bound the p95 of 480 by 446 and 466 with 96.5 %", () => {
    assert.deepEqual(ends(quantileRanks(480, 0.95)), [446, 466]);
    assert.equal(quantileRanks(480, 0.95)?.coverage.toFixed(3), "0.965");
  });
  it("bound the p99 of 480 by 471 and 480", () => assert.deepEqual(ends(quantileRanks(480, 0.99)), [471, 480]));
  it("need 72 values for a p95 and 368 for a p99", () => {
    assert.equal(quantileRanks(71, 0.95), undefined);
    assert.notEqual(quantileRanks(72, 0.95), undefined);
    assert.equal(quantileRanks(367, 0.99), undefined);
    assert.notEqual(quantileRanks(368, 0.99), undefined);
  });
  it("need 64, 130 and 662 values for an upper bound of p90, p95 and p99", () => {
    for (const [n, p] of [
      [64, 0.9],
      [130, 0.95],
      [662, 0.99],
    ] as const) {
      assert.equal(quantileUpperRank(n - 1, p), undefined, `p ${p}, n ${n - 1}`);
      assert.equal(quantileUpperRank(n, p), n - 1, `p ${p}, n ${n}`);
    }
  });

  const walsh = { 6: [1, 21], 8: [4, 33], 10: [9, 47], 20: [53, 158], 30: [138, 328] };
  for (const [n, expected] of Object.entries(walsh)) {
    it(`bound the Walsh averages of ${n} by ${expected.join(" and ")}`, () =>
      assert.deepEqual(ends(walshRanks(Number(n))), expected));
  }
  it("do not exist for 5 pairs", () => assert.equal(walshRanks(5), undefined));
  it("cover 95.1 % for 10 pairs", () => assert.equal(walshRanks(10)?.coverage.toFixed(3), "0.951"));

  const shifts = { 6: [6, 31], 10: [24, 77], 20: [128, 273] };
  for (const [n, expected] of Object.entries(shifts)) {
    it(`bound the differences of ${n} and ${n} by ${expected.join(" and ")}`, () =>
      assert.deepEqual(ends(shiftRanks(Number(n), Number(n))), expected));
  }
  it("cover 95.7 % for 10 and 10", () => assert.equal(shiftRanks(10, 10)?.coverage.toFixed(3), "0.957"));
  it("hardly move where the normal approximation takes over", () => {
    const [exact, approximate] = [walshRanks(200), walshRanks(201)];
    assert.ok(Math.abs((exact?.low ?? 0) / 20100 - (approximate?.low ?? 0) / 20301) < 0.0005);
  });
});
