import { ascending } from "./estimate.ts";
import { seededRandom } from "./random.ts";
import type { Interval } from "./summary.ts";
import type { UnitValue } from "./units.ts";

/**
 * Percentile bootstrap: whole units are drawn with replacement, 95 %. The statistic is told how often each unit was drawn. `undefined` below
 * 6 units.
 */
export function bootstrap(
  units: readonly UnitValue[],
  statistic: (counts: Uint16Array) => number,
  options: { readonly seed: number; readonly draws: number },
): Interval | undefined {
  if (units.length < 6) return undefined;
  const random = seededRandom(options.seed);
  const results = new Float64Array(options.draws);
  const counts = new Uint16Array(units.length);
  for (let draw = 0; draw < options.draws; draw++) {
    counts.fill(0);
    for (let drawn = 0; drawn < units.length; drawn++) {
      const unit = random(units.length);
      counts[unit] = (counts[unit] ?? 0) + 1;
    }
    results[draw] = statistic(counts);
  }
  return percentiles(results);
}

/** The same for two sets that were not measured in common blocks: both are drawn from, each by its own units. */
export function bootstrapOfTwo(
  b: readonly UnitValue[],
  a: readonly UnitValue[],
  statistic: (b: readonly number[], a: readonly number[]) => number,
  options: { readonly seed: number; readonly draws: number },
): Interval | undefined {
  if (Math.min(a.length, b.length) < 6) return undefined;
  const results = new Float64Array(options.draws);
  const random = seededRandom(options.seed);
  const draw = (units: readonly UnitValue[]) => units.map(() => units[random(units.length)] ?? Number.NaN);
  for (let i = 0; i < options.draws; i++) results[i] = statistic(draw(b), draw(a));
  return percentiles(results);
}

function percentiles(results: Float64Array): Interval {
  const draws = results.length;
  const sorted = ascending(results);
  const low = sorted[Math.floor(0.025 * (draws - 1))] ?? Number.NaN;
  const high = sorted[Math.ceil(0.975 * (draws - 1))] ?? Number.NaN;
  return { low, high, coverage: 0.95 };
}
