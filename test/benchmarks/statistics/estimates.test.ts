import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bootstrap } from "../../../benchmarks/statistics/bootstrap.ts";
import { lag1, outliers } from "../../../benchmarks/statistics/diagnostics.ts";
import { median, medianInterval, quantileWithin } from "../../../benchmarks/statistics/estimate.ts";
import { friedman } from "../../../benchmarks/statistics/friedman.ts";
import { holm } from "../../../benchmarks/statistics/holm.ts";
import { midRanks, pairedEstimate, signedRankP } from "../../../benchmarks/statistics/paired.ts";
import { logDifferences } from "../../../benchmarks/statistics/units.ts";
import { cliffsDelta, rankSumP, ratioOfUnpaired } from "../../../benchmarks/statistics/unpaired.ts";
import { resampledCentre, walshAverages, walshSelector } from "../../../benchmarks/statistics/walsh.ts";
import { unitsFrom, unitValues } from "./units.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

describe("estimates", () => {
  it("take the second and ninth of ten as the interval of the median", () => {
    assert.equal(median(unitValues(upTo(10))), 5.5);
    const { low, high } = medianInterval(unitValues(upTo(10))) ?? {};
    assert.deepEqual([low, high], [2, 9]);
  });
  it("count failures as slower than everything", () => {
    const values = unitValues([...upTo(8), undefined, undefined]);
    assert.equal(median(values), 5.5);
    assert.equal(medianInterval(values)?.high, Number.POSITIVE_INFINITY);
  });
  it("take the ceil(p n)th value as quantile and refuse intervals below the floor", () => {
    assert.deepEqual(quantileWithin(upTo(20), 0.95), { point: 19, interval: "not estimable", upperBound: "not estimable" });
    assert.equal(quantileWithin(upTo(480), 0.95)?.point, 456);
    assert.equal(quantileWithin([], 0.95), undefined);
  });
  it("refuse plain numbers, such as the latencies of requests, as units", () => {
    const latencies = [0.1, 0.2, 0.1, 0.2, 0.1, 0.2];
    // @ts-expect-error only samples make unit values: requests inside one window are not independent
    assert.ok(medianInterval(latencies));
  });
  it("give tied values the mean of their ranks", () => assert.deepEqual(midRanks([3, 1, 3, 2]), [3.5, 1, 3.5, 2]));

  it("find the ratio of blocks although the blocks differ more than the variants", () => {
    const base = unitsFrom([1, 2, 4, 8, 16, 32]);
    const other = unitsFrom([1.1, 2.2, 4.4, 8.8, 17.6, 35.2]);
    const { centre, interval } = pairedEstimate(logDifferences(other, base)) ?? {};
    assert.ok(Math.abs(Math.exp(centre ?? 0) - 1.1) < 1e-9);
    assert.ok(Math.abs(Math.exp(interval?.low ?? 0) - 1.1) < 1e-9);
  });
  it("call two failures in one block equal", () => {
    assert.deepEqual([...logDifferences(unitsFrom([undefined, 2]), unitsFrom([undefined, 2]))], [0, 0]);
  });
  it("make no pair of a value below zero, which has no ratio and is not the same as any other", () => {
    assert.deepEqual([...logDifferences(unitsFrom([-3, 2, 0, -1]), unitsFrom([3, 2, 0, -1]))], [0, 0]);
    assert.equal(pairedEstimate(logDifferences(unitsFrom(upTo(6).map((n) => -n)), unitsFrom(upTo(6)))), undefined);
  });
  it("stay finite where failures on both sides cancel out", () => {
    const differences = logDifferences(unitsFrom([undefined, 1, 1, 1, 1, 1]), unitsFrom([1, undefined, 1, 1, 1, 1]));
    assert.equal(pairedEstimate(differences)?.centre, 0);
  });
  it("give 2 / 2^n as the p of n differences of one sign", () => {
    assert.equal(signedRankP(unitValues(upTo(6))), 2 / 64);
    assert.equal(signedRankP(unitValues([0, 0, 0])), 1);
  });

  it("agree with benchstat on -17.2 % for 1.718 and 1.423 us", () => {
    const around = (centre: number) => unitValues(upTo(10).map((i) => centre * (1 + (i - 5.5) * 0.002)));
    const estimate = ratioOfUnpaired(around(1.423e-6), around(1.718e-6));
    assert.equal((100 * ((estimate?.ratio ?? 0) - 1)).toFixed(1), "-17.2");
    assert.ok((estimate?.interval?.high ?? 1) < 0.84);
  });
  it("call complete separation -1 and 1, and sameness 0", () => {
    assert.equal(cliffsDelta(unitValues([1, 2]), unitValues([3, 4])), -1);
    assert.equal(cliffsDelta(unitValues([3, 4]), unitValues([1, 2])), 1);
    assert.equal(cliffsDelta(unitValues([1, 2]), unitValues([1, 2])), 0);
  });
  it("give a small p to separated sets, one to equal ones, the same for the same seed", () => {
    const [low, high] = [unitValues(upTo(8)), unitValues(upTo(8).map((i) => i + 10))];
    assert.ok(rankSumP(high, low, 1, 2000) < 0.003);
    assert.equal(rankSumP(unitValues([1, 1, 1]), unitValues([1, 1, 1]), 1, 500), 1);
    assert.equal(rankSumP(high, low, 7, 500), rankSumP(high, low, 7, 500));
  });

  it("adjust by Holm without losing the order", () => {
    assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
    assert.deepEqual(holm([]), []);
  });
  it("find by Friedman what differs in every block", () => {
    const blocks = Array.from({ length: 8 }, (_, i) => [1 + i, 2 + i, 3 + i]);
    const same = Array.from({ length: 8 }, () => [1, 1, 1]);
    assert.equal(friedman(blocks, 1)?.statistic, 16);
    assert.ok((friedman(blocks, 1)?.p ?? 1) < 0.001);
    assert.equal(friedman(same, 1)?.p, 1);
    assert.equal(
      friedman(
        [
          [1, 2],
          [1, 2],
        ],
        1,
      ),
      undefined,
    );
  });
  it("flag what lies ten deviations away, and nothing where most values are equal", () => {
    assert.deepEqual(outliers([10, 11, 12, 11, 10, 60]).lastIndexOf(true), 5);
    assert.ok(!outliers([1, 1, 1, 1, 9]).includes(true));
  });
  it("see a trend as autocorrelation", () => {
    assert.ok((lag1(upTo(20)) ?? 0) > 0.8);
    assert.ok((lag1(upTo(20).map((i) => i % 2)) ?? 0) < -0.8);
    assert.equal(lag1([1, 1, 1, 1]), undefined);
  });
});

describe("estimates, for any values,", () => {
  it("scale with their unit", () =>
    fc.assert(
      fc.property(fc.array(positive, { minLength: 6, maxLength: 40 }), fc.constantFrom(2 ** -10, 2 ** 20), (values, factor) => {
        const [plain, scaled] = [
          medianInterval(unitValues(values)),
          medianInterval(unitValues(values.map((value) => value * factor))),
        ];
        assert.equal(scaled?.low, (plain?.low ?? 0) * factor);
        assert.equal(scaled?.high, (plain?.high ?? 0) * factor);
      }),
    ));
  it("do not fall when a value rises", () =>
    fc.assert(
      fc.property(fc.array(positive, { minLength: 6, maxLength: 40 }), fc.nat(), positive, (values, at, more) => {
        const raised = values.map((value, i) => (i === at % values.length ? value + more : value));
        assert.ok(median(unitValues(raised)) >= median(unitValues(values)));
        const [before, after] = [pairedEstimate(unitValues(values)), pairedEstimate(unitValues(raised))];
        assert.ok((after?.interval?.low ?? 0) >= (before?.interval?.low ?? 0));
        assert.ok((after?.interval?.high ?? 0) >= (before?.interval?.high ?? 0));
      }),
    ));
  it("lie inside their own interval", () =>
    fc.assert(
      fc.property(fc.array(positive, { minLength: 6, maxLength: 40 }), (values) => {
        const found = pairedEstimate(unitValues(values));
        assert.ok((found?.interval?.low ?? 0) <= (found?.centre ?? 0) && (found?.centre ?? 0) <= (found?.interval?.high ?? 0));
      }),
    ));
  it("are the same from counted averages as from sorted ones", () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
        const sorted = walshAverages(values).map(({ value }) => value);
        const select = walshSelector(values);
        assert.deepEqual(
          sorted.map((_, i) => select(i + 1) || 0),
          sorted,
        );
      }),
    ));
  it("of a resample are those of its values", () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(positive, fc.nat({ max: 3 })), { minLength: 1, maxLength: 20 }), (drawn) => {
        const missing = drawn.length - drawn.reduce((sum, [, count]) => sum + count, 0);
        fc.pre(missing === 0);
        const expanded = drawn.flatMap(([value, count]) => Array<number>(count).fill(value));
        const centre = resampledCentre(drawn.map(([value]) => value))(Uint16Array.from(drawn, ([, count]) => count));
        assert.equal(centre, pairedEstimate(unitValues(expanded))?.centre);
      }),
    ));
  it("bootstrap within the range of the values, the same for the same seed", () =>
    fc.assert(
      fc.property(fc.array(positive, { minLength: 6, maxLength: 20 }), fc.nat(), (values, seed) => {
        const centre = resampledCentre(values);
        const found = bootstrap(unitValues(values), centre, { seed, draws: 50 });
        assert.deepEqual(found, bootstrap(unitValues(values), centre, { seed, draws: 50 }));
        assert.ok((found?.low ?? 0) >= Math.min(...values) && (found?.high ?? 0) <= Math.max(...values));
      }),
      { numRuns: 20 },
    ));
});
