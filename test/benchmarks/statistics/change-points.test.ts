import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changePoints } from "../../../benchmarks/statistics/change-points.ts";
import { type Random, seededRandom } from "../../../benchmarks/statistics/random.ts";
import { normal } from "../../report/synthetic-session.ts";

const options = { magnitude: 0.05, seed: 1 };
const found = (values: readonly number[], magnitude = 0.05) => changePoints(values, { ...options, magnitude });
const places = (values: readonly number[]) => found(values).map(({ index }) => index);

/** Nightly medians: 1 s with 2 % of noise, times the factor of each night. */
function nights(factors: readonly number[], random: Random): readonly number[] {
  return factors.map((factor) => factor * (1 + 0.02 * normal(random)));
}

const level = (count: number, factor = 1): readonly number[] => Array.from({ length: count }, () => factor);
const trials = (count: number, factors: readonly number[]) => {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => nights(factors, random));
};

describe("change points", () => {
  it("are found where the level changed, with the levels on both sides", () => {
    const values = [...level(15).map((one, i) => one + (i % 5) / 1000), ...level(10, 1.2).map((one, i) => one + (i % 5) / 1000)];
    const [point, ...others] = found(values);
    assert.deepEqual(others, []);
    assert.equal(point?.index, 15);
    assert.deepEqual(
      [point?.before, point?.after].map((value) => value?.toFixed(3)),
      ["1.002", "1.202"],
    );
    assert.ok(Math.abs((point?.ratio ?? 0) - 1.2) < 0.001);
    assert.ok((point?.p ?? 1) <= 0.001);
  });

  it("are where the level changed, also where the last nights before it were the slowest of their level, or hold a spike", () => {
    const before = [1.051, 1.047, 1.043, 1.055, 1.049, 1.046, 1.052, 1.044, 1.048, 1.05, 1.058, 1.057];
    const after = [1.362, 1.358, 1.371, 1.355, 1.366, 1.36];
    assert.deepEqual(places([...before, ...after]), [12]);
    assert.deepEqual(places([...after, ...before]), [6]);
    assert.deepEqual(places([...before.with(9, 3), ...after.with(2, 3)]), [12]);
  });

  it("are told once: with the first night that shows them, and with the same night ever after", () => {
    const values = [...level(15), ...level(20, 1.2)].map((factor, i) => factor + (i % 7) / 1000);
    const told = Array.from({ length: 20 }, (_, more) => found(values.slice(0, 16 + more)).map((point) => point.found));
    const nightsTold = [...new Set(told.flat())];
    assert.equal(nightsTold.length, 1, String(nightsTold));
    assert.ok((nightsTold[0] ?? 0) >= 17, "not before the third night at the new level");
  });

  it("need 14 sessions, seven on each side: with fewer no order is rarer than one in a thousand", () => {
    const step = (before: number, after: number) => [...level(before), ...level(after, 2)].map((factor, i) => factor + i / 1000);
    assert.deepEqual(places(step(7, 7)), [7]);
    for (let before = 3; before <= 10; before++) assert.deepEqual(places(step(before, 13 - before)), []);
  });

  it("are found of an exact metric, whose values are all equal before and after", () => {
    assert.deepEqual(places([...level(10, 1000), ...level(10, 1100)]), [10]);
    assert.deepEqual(places(level(40, 1000)), []);
  });

  it("rest on the order of the values alone, whatever series was looked at before", () => {
    const values = [...level(15), ...level(20, 1.2)].map((factor, i) => factor + (i % 7) / 1000 + i / 10_000);
    const [first] = found(values);
    found(values.toReversed());
    const [again] = found(values.map((value) => value ** 9));
    assert.ok(first !== undefined && first.p < 0.001);
    assert.deepEqual([again?.index, again?.found, again?.p], [first.index, first.found, first.p]);
  });

  it("are nothing below the magnitude that counts", () => {
    const values = [...level(15), ...level(15, 1.04)].map((factor, i) => factor + (i % 5) / 1000);
    assert.equal(found(values, 0.03).length, 1);
    assert.equal(found(values, 0.05).length, 0);
  });

  it("are the same when they are looked for again, and in another unit", () => {
    const values = nights([...level(12), ...level(12, 1.3)], seededRandom(3));
    assert.deepEqual(found(values), found(values));
    const scaled = found(values.map((value) => 1000 * value));
    assert.deepEqual(
      scaled.map(({ index, p }) => ({ index, p })),
      found(values).map(({ index, p }) => ({ index, p })),
    );
  });

  it("are none of nothing, of few sessions, or of zeros", () => {
    for (const values of [[], [1], level(5), level(30, 0)]) assert.deepEqual(found(values), []);
  });
});

describe("simulated histories", () => {
  it("without a change have no change point in at least 99 of 100", () => {
    const alarms = trials(300, level(40)).filter((values) => found(values, 0).length > 0).length;
    assert.ok(alarms <= 3, String(alarms));
  });

  it("show a step of 20 % at its place, once", () => {
    const all = trials(30, [...level(15), ...level(15, 1.2)]).map(places);
    assert.ok(
      all.every((points) => points.length === 1 && Math.abs((points[0] ?? 0) - 15) <= 1),
      JSON.stringify(all),
    );
  });

  it("show a step of three times the noise in at least 95 of 100", () => {
    const all = trials(40, [...level(20), ...level(20, 1.06)]).map((values) => found(values, 0.02));
    assert.ok(
      all.filter((points) => points.length === 1).length >= 38,
      String(all.filter((points) => points.length === 1).length),
    );
  });

  it("show both ends of a slow fortnight", () => {
    const all = trials(25, [...level(13), ...level(14, 1.2), ...level(13)]).map(places);
    const both = all.filter(
      ([from, to, ...others]) => others.length === 0 && Math.abs((from ?? 0) - 13) <= 1 && Math.abs((to ?? 0) - 27) <= 1,
    );
    assert.ok(both.length >= 24, JSON.stringify(all));
  });

  it("have no change point for a spike of one or two nights, however high", () => {
    for (const spike of [[3], [3, 3], [100]])
      for (const at of [0, 10, 20, 40 - spike.length]) {
        const factors = level(40).map((factor, i) => spike[i - at] ?? factor);
        const alarms = trials(25, factors).filter((values) => found(values, 0).length > 0).length;
        assert.ok(alarms <= 1, `${alarms} alarms for ${spike.length} nights from ${at} on`);
      }
  });
});
