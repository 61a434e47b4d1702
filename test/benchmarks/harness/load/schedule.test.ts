import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dueTimes, type Schedule } from "../../../../benchmarks/harness/load/schedule.ts";
import { golden } from "../../../golden.ts";

const study: Schedule = { rate: 8, duration: 60, warmup: 10, profile: "constant", seed: 1 };

test("the study's window is 480 requests 125 ms apart, after 80 of warm-up", () => {
  const due = dueTimes(study);
  assert.equal(due.filter((at) => at >= 0).length, 480);
  assert.deepEqual([due[0], due[79], due[80], due[81], due.at(-1)], [-10, -0.125, 0, 0.125, 59.875]);
});

for (const seed of [1, 2]) {
  test(`Poisson arrivals of seed ${seed} are the same everywhere`, () => {
    const due = dueTimes({ ...study, duration: 5, warmup: 1, profile: "poisson", seed });
    golden(`benchmarks/steady-load/poisson-${seed}.json`, `${JSON.stringify(due, null, 1)}\n`);
  });
}

test("the gaps of Poisson arrivals are exponential", () => {
  const due = dueTimes({ rate: 200, duration: 100, warmup: 0, profile: "poisson", seed: 7 });
  const gaps = due.slice(1).map((at, index) => at - (due[index] ?? 0));
  // P(gap > t) = exp(-rate t); at 20 000 gaps one standard error of the share is below 0.0036.
  for (const t of [0.001, 0.005, 0.01]) {
    const share = gaps.filter((gap) => gap > t).length / gaps.length;
    assert.ok(Math.abs(share - Math.exp(-200 * t)) < 0.0144, `${share} of the gaps are longer than ${t} s`);
  }
});

test("every schedule is ascending, keeps its warm-up below 0, and has rate x duration requests", () => {
  const schedules = fc.record({
    rate: fc.integer({ min: 1, max: 300 }),
    duration: fc.integer({ min: 1, max: 20 }),
    warmup: fc.integer({ min: 0, max: 5 }),
    profile: fc.constantFrom("constant" as const, "poisson" as const),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(schedules, (schedule) => {
      const due = dueTimes(schedule);
      assert.equal(due.filter((at) => at < 0).length, schedule.rate * schedule.warmup);
      assert.equal(due.filter((at) => at >= 0 && at < schedule.duration).length, schedule.rate * schedule.duration);
      assert.ok(due.every((at, index) => index === 0 || at >= (due[index - 1] ?? 0)));
    }),
  );
});
