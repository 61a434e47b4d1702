import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decide, failureP, outcomeOf, type Question } from "../../../benchmarks/gate/decide.ts";
import { type Evidence, pairedEvidence, unpairedEvidence } from "../../../benchmarks/gate/evidence.ts";
import { type Random, seededRandom } from "../../../benchmarks/statistics/random.ts";
import { valuesOf } from "../../../benchmarks/statistics/units.ts";
import { ratioOfUnpaired } from "../../../benchmarks/statistics/unpaired.ts";
import { normal } from "../../report/synthetic-session.ts";
import { unitsFrom } from "../statistics/units.ts";

const question: Question = { mode: "regression", tolerance: 0.1, better: "lower" };
const times = (random: Random, factor: number, cv: number) =>
  unitsFrom(Array.from({ length: 10 }, () => factor * Math.exp(cv * normal(random))));

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
  it("fail 20 % at 3 % of noise nearly always", () => assert.ok(failures(100, 1.2, 0.03) >= 0.98));
  it("tell more in pairs, where what a block shares is not noise", () => {
    const random = seededRandom(11);
    let narrower = 0;
    for (let trial = 0; trial < 60; trial++) {
      const shifts = Array.from({ length: 10 }, () => Math.exp(0.08 * normal(random)));
      const side = (factor: number) => unitsFrom(shifts.map((shift) => factor * shift * Math.exp(0.03 * normal(random))));
      const [b, a] = [side(1.05), side(1)];
      const width = ({ interval }: Evidence) => (interval?.high ?? 9) / (interval?.low ?? 1);
      if (width(pairedEvidence(b, a, 1)) < width(unpairedEvidence(b, a, 1))) narrower++;
    }
    assert.ok(narrower >= 57, String(narrower));
  });
});
