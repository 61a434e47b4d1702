import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { blocksForHalfWidth, blocksNeeded } from "../../../benchmarks/gate/blocks-needed.ts";
import { decide, failureP, outcomeOf, type Question } from "../../../benchmarks/gate/decide.ts";
import { pairedEvidence, unpairedEvidence } from "../../../benchmarks/gate/evidence.ts";
import { sample } from "../../golden.ts";
import { unitsFrom } from "../statistics/units.ts";

const regression: Question = { mode: "regression", tolerance: 0.1, better: "lower" };
const reproduction: Question = { ...regression, mode: "reproduction" };
const throughput: Question = { ...regression, better: "higher" };
const interval = (low: number, high: number) => ({ low, high, coverage: 0.95 });

describe("an interval of the ratio new / baseline", () => {
  const table: readonly (readonly [number, number, string, string, string])[] = [
    // low, high, regression, reproduction, regression of a throughput
    [0.98, 1.1, "PASS", "PASS", "PASS"],
    [0.98, 1.11, "INCONCLUSIVE", "INCONCLUSIVE", "PASS"],
    [1.11, 1.3, "FAIL", "FAIL", "PASS"],
    [0.5, 0.6, "PASS", "FAIL", "FAIL"],
    [0.85, 0.95, "PASS", "INCONCLUSIVE", "INCONCLUSIVE"],
    [1.0, Number.POSITIVE_INFINITY, "INCONCLUSIVE", "INCONCLUSIVE", "PASS"],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, "FAIL", "FAIL", "PASS"],
  ];
  for (const [low, high, first, second, third] of table)
    it(`from ${low} to ${high} is ${first}, ${second} and ${third}`, () => {
      const found = [regression, reproduction, throughput].map((question) => outcomeOf(interval(low, high), question));
      assert.deepEqual(found, [first, second, third]);
    });
  it("is never judged where there is none", () => assert.equal(outcomeOf(undefined, regression), "INCONCLUSIVE"));
  it("gives the mirror image for the inverse ratio of a throughput", () =>
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.double({ min: 1.001, max: 3, noNaN: true }), (low, width) => {
        const mirror = interval(1 / (low * width), 1 / low);
        assert.equal(outcomeOf(interval(low, low * width), regression), outcomeOf(mirror, throughput));
      }),
    ));
});

describe("a decision", () => {
  const slow = unitsFrom([1.3, 1.31, 1.32, 1.33, 1.34, 1.35, 1.36, 1.37, 1.38, 1.39]);
  const quick = unitsFrom([1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09]);
  it("of FAIL must hold against Holm's p as well", () => {
    const evidence = unpairedEvidence(slow, quick, 1);
    const p = failureP(evidence, regression);
    assert.ok(p !== undefined && p < 0.01, String(p));
    assert.equal(decide(evidence, p, regression), "FAIL");
    assert.equal(decide(evidence, Math.min(1, p * 1000), regression), "INCONCLUSIVE");
  });
  it("is none where bootstrap and exact interval disagree", () => {
    const evidence = { ...unpairedEvidence(slow, quick, 1), bootstrap: interval(1.05, 1.4) };
    assert.equal(decide(evidence, 0, regression), "INCONCLUSIVE");
  });
  it("counts failures as slower than everything", () => {
    const failing = unitsFrom([undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined, 1, 1]);
    const evidence = unpairedEvidence(failing, quick, 1);
    assert.equal(evidence.ratio, Number.POSITIVE_INFINITY);
    assert.notEqual(outcomeOf(evidence.interval, regression), "PASS");
    assert.equal(blocksNeeded(evidence, regression), undefined);
  });
  it("knows equal values, ties and all, to be equal", () => {
    const constant = unitsFrom(Array.from({ length: 6 }, () => 2048));
    for (const evidence of [unpairedEvidence(constant, constant, 1), pairedEvidence(constant, constant, 1)]) {
      assert.deepEqual([evidence.interval?.low, evidence.interval?.high], [1, 1]);
      assert.equal(decide(evidence, failureP(evidence, regression), regression), "PASS");
    }
  });
});

describe("the number of blocks", () => {
  it("for a half-width of 5 % is within a tenth of 6, 10, 25 and 50 at 3, 5, 8 and 12 % of noise", () => {
    const found = [0.03, 0.05, 0.08, 0.12].map((spread) => Number(blocksForHalfWidth("unpaired", spread, Math.log1p(0.05))));
    for (const [i, wanted] of [6, 10, 25, 50].entries())
      assert.ok(Math.abs((found[i] ?? 0) - wanted) <= Math.max(1, 0.1 * wanted), `${found[i]} instead of ${wanted}`);
  });
  it("grows without bound where the change is the tolerance itself", () => {
    assert.equal(blocksForHalfWidth("paired", 0.05, 1e-6), "unreachable");
  });
});

describe("benchstat's own example", () => {
  /** golang.org/x/perf, cmd/benchstat/testdata/old.txt and new.txt: Encode/format=json-48, in nanoseconds. */
  const { old, head } = JSON.parse(sample("gate/benchstat.json")) as { old: number[]; head: number[] };
  const evidence = unpairedEvidence(unitsFrom(head), unitsFrom(old), 1);
  it("has the ratio benchstat prints, -17.20 %, with p = 0.000 and n = 10", () => {
    assert.equal((100 * (middle(head) / middle(old) - 1)).toFixed(2), "-17.20");
    assert.ok(Math.abs((evidence.ratio ?? 0) - 0.828) < 0.003, String(evidence.ratio));
    assert.ok((evidence.p(1) ?? 1) < 0.0005);
    assert.deepEqual([evidence.n, evidence.baselineN], [10, 10]);
  });
  it("passes as a regression gate and fails as a reproduction", () => {
    assert.equal(decide(evidence, failureP(evidence, regression), regression), "PASS");
    assert.equal(decide(evidence, failureP(evidence, reproduction), reproduction), "FAIL");
  });
});

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[4] ?? 0) + (sorted[5] ?? 0)) / 2;
}
