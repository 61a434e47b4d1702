import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { median, medianInterval } from "../../benchmarks/statistics/estimate.ts";
import { seededRandom } from "../../benchmarks/statistics/random.ts";
import { rankSumP } from "../../benchmarks/statistics/unpaired.ts";
import { unitValues } from "../benchmarks/statistics/units.ts";
import { type BenchstatRow, benchstat, buildBenchstat, type Sets } from "../benchstat/benchstat.ts";
import { normal } from "../report/synthetic-session.ts";

const built = buildBenchstat();
const skip = "missing" in built ? built.missing : false;

/** Sizes before and after, the factor between them, and how many values are equal to others. */
const cases = [
  { sizes: [5, 5], factor: 1.1, ties: false },
  { sizes: [6, 6], factor: 1.3, ties: false },
  { sizes: [7, 10], factor: 1.05, ties: false },
  { sizes: [10, 10], factor: 1, ties: false },
  { sizes: [10, 10], factor: 1.1, ties: true },
  { sizes: [15, 9], factor: 0.9, ties: false },
  { sizes: [20, 20], factor: 1.05, ties: false },
  { sizes: [30, 30], factor: 1.03, ties: true },
] as const;

/** Log-normal seconds spread so widely (a quarter) that neighbouring ranks differ by whole percents. */
const pairs: readonly Sets[] = cases.map(({ sizes, factor, ties }, index) => {
  const random = seededRandom(index + 1);
  const draw = () => Math.exp(normal(random) / 4);
  const rounded = (value: number) => (ties ? Number(value.toFixed(1)) : value);
  const set = (size: number, times: number) => Array.from({ length: size }, () => rounded(times * draw()));
  return [set(sizes[0], 1), set(sizes[1], factor)];
});

describe("benchstat, given the same samples,", { skip }, () => {
  let rows: readonly BenchstatRow[] = [];
  before(() => {
    if ("program" in built) rows = benchstat(built.program, pairs);
  });

  const eachSet = (check: (values: readonly number[], row: BenchstatRow, side: 0 | 1) => void) => {
    assert.equal(rows.length, pairs.length);
    for (const [index, row] of rows.entries()) for (const side of [0, 1] as const) check(pairs[index]?.[side] ?? [], row, side);
  };

  test("finds the same medians", () => {
    eachSet((values, row, side) => assert.ok(Math.abs(row.medians[side] / median(unitValues(values)) - 1) < 1e-12));
  });

  test("finds the same exact rank intervals, and none below six samples", () => {
    eachSet((values, row, side) => {
      const centre = median(unitValues(values));
      const found = medianInterval(unitValues(values));
      const furthest = found && Math.max(found.high - centre, centre - found.low) / centre;
      assert.equal(
        row.percents[side],
        furthest === undefined ? undefined : Math.round(100 * furthest),
        `${values.length} values`,
      );
    });
  });

  test("finds the p of the Mann-Whitney test that our permutation finds", () => {
    for (const [index, [first, second]] of pairs.entries()) {
      const p = rankSumP(unitValues(second), unitValues(first), 1, 20_000);
      const theirs = rows[index]?.p ?? Number.NaN;
      // Four standard errors of the permutation, and half of their last digit.
      const allowed = 4 * Math.sqrt((theirs * (1 - theirs) + 1e-4) / 20_000) + 0.0005;
      assert.ok(Math.abs(p - theirs) <= allowed, `${p} and ${theirs} for pair ${index}`);
    }
  });
});
