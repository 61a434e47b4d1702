/** Holm's step-down adjustment: the chance of any false difference among all of them stays below the level. Keeps the order given. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  for (const [step, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - step)));
    adjusted[index] = largest;
  }
  return adjusted;
}
