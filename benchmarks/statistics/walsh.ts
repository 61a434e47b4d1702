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
  const n = values.length;
  const firsts = Uint16Array.from(averages, ({ first }) => first);
  const seconds = Uint16Array.from(averages, ({ first, second }) => (first === second ? n + n + first : n + second));
  const weights = new Int32Array(3 * n);
  const [low, high] = [Math.ceil(averages.length / 2), Math.floor(averages.length / 2) + 1];
  const valueAt = (index: number) => averages[index]?.value ?? Number.NaN;
  return (counts) => {
    weigh(counts, weights);
    const lower = drawnUpTo(firsts, seconds, weights, low);
    return centre(valueAt(lower), valueAt(low === high ? lower : drawnUpTo(firsts, seconds, weights, high)));
  };
}

/** p, 2q and p + 1 of all values, one after the other: p times one of the others is twice a number of averages, in whole numbers. */
function weigh(counts: Uint16Array, weights: Int32Array): void {
  for (let i = 0; i < counts.length; i++) {
    const drawn = counts[i] ?? 0;
    weights[i] = drawn;
    weights[counts.length + i] = 2 * drawn;
    weights[2 * counts.length + i] = drawn + 1;
  }
}

/** Index of the first average up to which a resample has `rank` of them. Runs thousands of times per comparison, hence no branches. */
function drawnUpTo(firsts: Uint16Array, seconds: Uint16Array, weights: Int32Array, rank: number): number {
  let index = -1;
  for (let twice = 0; twice < 2 * rank && index < firsts.length; ) {
    index += 1;
    twice += Math.imul(weights[firsts[index] ?? 0] ?? 0, weights[seconds[index] ?? 0] ?? 0);
  }
  return index;
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
