import { MINIMUM_SEGMENT } from "./best-split.ts";
import { median } from "./estimate.ts";

/**
 * Index of the first value at the second level, of values with two levels of at least three values each: where the sum of absolute deviations
 * from the levels' medians is least (the first such place). Undefined for fewer than six values. Ranks can't say it: where all values of
 * one level lie above all of the other's, every split that separates by rank looks the same, and a test prefers the more even one. A spike
 * weighs as much on either side, so it moves nothing.
 */
export function levelSplit(values: readonly number[]): number | undefined {
  let best: { readonly at: number; readonly cost: number } | undefined;
  for (let at = MINIMUM_SEGMENT; at <= values.length - MINIMUM_SEGMENT; at++) {
    const cost = deviation(values.slice(0, at)) + deviation(values.slice(at));
    if (best === undefined || cost < best.cost) best = { at, cost };
  }
  return best?.at;
}

function deviation(values: readonly number[]): number {
  const middle = median(values);
  return values.reduce((sum, value) => sum + Math.abs(value - middle), 0);
}
