/** For the caption of a figure that has such a bar: without one, an interval of unknown width would look like none at all. */
export const OPEN_INTERVAL = " A bar that reaches beyond everything else has no end, because samples failed.";

/** Intervals as they can be drawn: an end that an axis has no place for lies at the axis' own. */
export function closed<Bar extends { readonly low: number; readonly high: number }>(
  bars: readonly Bar[],
  [least, most]: readonly [number, number],
): readonly Bar[] {
  return bars.map((bar) => ({ ...bar, low: Math.max(bar.low, least), high: Math.min(bar.high, most) }));
}
