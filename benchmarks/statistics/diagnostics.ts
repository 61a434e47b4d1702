import { median } from "./estimate.ts";

/** Ten standard deviations of a normal distribution, in median absolute deviations. */
const OUTLIER_DEVIATIONS = 14.826;

/** Marks |x - median| > 14.826 MAD. Marked values stay in every statistic. Nothing is marked where more than half are equal. */
export function outliers(values: readonly number[]): readonly boolean[] {
  const centre = median(values);
  const deviation = median(values.map((value) => Math.abs(value - centre)));
  return values.map((value) => deviation > 0 && Math.abs(value - centre) > OUTLIER_DEVIATIONS * deviation);
}

/** Autocorrelation of neighbours in run order; `undefined` below 4 finite values or without any spread. */
export function lag1(values: readonly number[]): number | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 4) return undefined;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const centred = finite.map((value) => value - mean);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  if (total === 0) return undefined;
  return centred.reduce((sum, value, i) => sum + (i === 0 ? 0 : value * (centred[i - 1] ?? 0)), 0) / total;
}

/** |r1| beyond which a series drifts: about twice its standard error at n = 40. */
export const DRIFT_LIMIT = 0.3;
