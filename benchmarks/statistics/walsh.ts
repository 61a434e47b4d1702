import { ascending, centre } from "./estimate.ts";

/** Mean of two values, or of one with itself; `first` and `second` are their positions. */
interface WalshAverage {
  readonly first: number;
  readonly second: number;
  readonly value: number;
}

/** All n(n+1)/2 averages, ascending. Values may be infinite. */
export function walshAverages(values: readonly number[]): readonly WalshAverage[] {
  const averages = values.flatMap((a, first) =>
    values.slice(first).map((b, step) => ({ first, second: first + step, value: centre(a, b) || 0 })),
  );
  return averages.sort((a, b) => (a.value === b.value ? 0 : a.value - b.value));
}

/**
 * The median of the Walsh averages of a resample, from how often each value was drawn. The averages are sorted once, not once per resample:
 * two values drawn p and q times have p q averages, one drawn p times has p(p+1)/2 with itself.
 */
export function resampledCentre(values: readonly number[]): (counts: Uint16Array) => number {
  const averages = walshAverages(values);
  const size = (values.length * (values.length + 1)) / 2;
  return (counts) => {
    const low = drawnAverage(averages, counts, Math.ceil(size / 2));
    return centre(low, drawnAverage(averages, counts, Math.floor(size / 2) + 1));
  };
}

function drawnAverage(averages: readonly WalshAverage[], counts: Uint16Array, rank: number): number {
  let seen = 0;
  const found = averages.find(({ first, second }) => {
    const drawn = counts[first] ?? 0;
    seen += first === second ? (drawn * (drawn + 1)) / 2 : drawn * (counts[second] ?? 0);
    return seen >= rank;
  });
  return found?.value ?? Number.NaN;
}

/**
 * The k-th smallest Walsh average (k from 1) without making them all: the least number below or at which k averages lie, found by
 * bisection down to neighbouring doubles, so it is exact. Finite values only.
 */
export function walshSelector(values: readonly number[]): (k: number) => number {
  const sorted = ascending(values);
  const [least = Number.NaN, most = Number.NaN] = [sorted[0], sorted.at(-1)];
  return (k) => (averagesUpTo(sorted, least) >= k ? least : bisected(least, most, (limit) => averagesUpTo(sorted, limit) >= k));
}

/** The least double above `low` for which `reached` holds, where it holds for `high` and not for `low`. */
function bisected(low: number, high: number, reached: (value: number) => boolean): number {
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    [low, high] = reached(middle) ? [low, middle] : [middle, high];
  }
}

/** Pairs i <= j whose average is at most `limit`: as i grows, the last j that fits only falls. */
function averagesUpTo(sorted: Float64Array, limit: number): number {
  let count = 0;
  let last = sorted.length - 1;
  for (let first = 0; first <= last; first++) {
    const value = sorted[first] ?? Number.NaN;
    while (last >= first && (value + (sorted[last] ?? Number.NaN)) / 2 > limit) last--;
    count += Math.max(0, last - first + 1);
  }
  return count;
}
