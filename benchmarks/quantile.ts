/** The ceil(p n)-th smallest value: an observed one, never a value in between. Throws `RangeError` for no values. */
export function rankedQuantile(values: readonly number[], p: number): number {
  const found = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(p * values.length)) - 1];
  if (found === undefined) throw new RangeError("no values have no quantile");
  return found;
}
