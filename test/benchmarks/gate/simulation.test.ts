import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blocksForHalfWidth } from "../../../benchmarks/gate/blocks-needed.ts";
import { decide, failureP, outcomeOf, type Question } from "../../../benchmarks/gate/decide.ts";
import { type Evidence, pairedEvidence, unpairedEvidence } from "../../../benchmarks/gate/evidence.ts";
import { median } from "../../../benchmarks/statistics/estimate.ts";
import { type Random, seededRandom } from "../../../benchmarks/statistics/random.ts";
import { valuesOf } from "../../../benchmarks/statistics/units.ts";
import { ratioOfUnpaired } from "../../../benchmarks/statistics/unpaired.ts";
import { normal } from "../../report/synthetic-session.ts";
import { unitsFrom } from "../statistics/units.ts";

const question: Question = { mode: "regression", tolerance: 0.1, better: "lower" };
const times = (random: Random, factor: number, cv: number, count = 10) =>
  unitsFrom(Array.from({ length: count }, () => factor * Math.exp(cv * normal(random))));

/** Share of FAIL. The whole decision is only taken where the exact interval alone would fail, since it cannot fail otherwise. */
function failures(trials: number, factor: number, cv: number): number {
  const random = seededRandom(7);
  let failed = 0;
  for (let trial = 0; trial < trials; trial++) {
    const [b, a] = [times(random, factor, cv), times(random, 1, cv)];
    if (outcomeOf(ratioOfUnpaired(valuesOf(b), valuesOf(a))?.interval, question) !== "FAIL") continue;
    if (verdict(unpairedEvidence(b, a, trial)) === "FAIL") failed++;
  }
  return failed / trials;
}

function verdict(evidence: Evidence) {
  return decide(evidence, failureP(evidence, question), question);
}

describe("simulated gates of ten blocks against ten", () => {
  for (const cv of [0.03, 0.06, 0.1])
    it(`fail at most 1 % of A/A at ${100 * cv} % of noise`, () => assert.ok(failures(2000, 1, cv) <= 0.01));
  for (const cv of [0.03, 0.06, 0.1])
    it(`fail at most 1 % where the truth is 5 % slower, at ${100 * cv} % of noise`, () =>
      assert.ok(failures(2000, 1.05, cv) <= 0.01));
  it("fail 20 % at 6 % of noise at least three times of four", () => {
    const found = failures(200, 1.2, 0.06);
    assert.ok(found >= 0.75, String(found));
  });
  it("fail 20 % at 3 % of noise nearly always", () => assert.ok(failures(50, 1.2, 0.03) >= 0.98));
  it("have the half-width that the number of blocks was computed for", () => {
    const random = seededRandom(13);
    for (const cv of [0.05, 0.08, 0.12]) {
      const blocks = Number(blocksForHalfWidth("unpaired", cv, Math.log1p(0.05)));
      const widths = Array.from({ length: 100 }, () => {
        const [b, a] = [times(random, 1, cv, blocks), times(random, 1, cv, blocks)];
        const interval = ratioOfUnpaired(valuesOf(b), valuesOf(a))?.interval;
        return Math.log((interval?.high ?? 9) / (interval?.low ?? 1)) / 2;
      });
      const found = median(widths) / Math.log1p(0.05);
      assert.ok(found > 0.85 && found < 1.08, `${cv}: ${blocks} blocks, ${found}`);
    }
  });
  it("tell more in pairs, where what a block shares is not noise", () => {
    const random = seededRandom(11);
    let narrower = 0;
    for (let trial = 0; trial < 20; trial++) {
      const shifts = Array.from({ length: 10 }, () => Math.exp(0.08 * normal(random)));
      const side = (factor: number) => unitsFrom(shifts.map((shift) => factor * shift * Math.exp(0.03 * normal(random))));
      const [b, a] = [side(1.05), side(1)];
      const width = ({ interval }: Evidence) => (interval?.high ?? 9) / (interval?.low ?? 1);
      if (width(pairedEvidence(b, a, 1)) < width(unpairedEvidence(b, a, 1))) narrower++;
    }
    assert.ok(narrower >= 18, String(narrower));
  });
});
