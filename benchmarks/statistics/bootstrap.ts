import { ascending } from "./estimate.ts";
import { seededRandom } from "./random.ts";
import type { Interval } from "./summary.ts";
import type { UnitValue } from "./units.ts";

/** Percentile bootstrap: whole units are drawn with replacement, 95 %. `undefined` below 6 units. */
export function bootstrap(
  units: readonly UnitValue[],
  statistic: (resample: readonly number[]) => number,
  options: { readonly seed: number; readonly draws?: number },
): Interval | undefined {
  if (units.length < 6) return undefined;
  const draws = options.draws ?? 10_000;
  const random = seededRandom(options.seed);
  const results = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    results[draw] = statistic(units.map(() => units[random(units.length)] ?? Number.NaN));
  }
  const sorted = ascending(results);
  const low = sorted[Math.floor(0.025 * (draws - 1))] ?? Number.NaN;
  const high = sorted[Math.ceil(0.975 * (draws - 1))] ?? Number.NaN;
  return { low, high, coverage: 0.95 };
}
