/** CLOCK_MONOTONIC nanoseconds as decimal strings: they have more digits than a JavaScript number. */
export type Stamps = Readonly<Record<string, string>>;

export function textOf(stamps: Readonly<Record<string, bigint>>): Stamps {
  return Object.fromEntries(Object.entries(stamps).map(([name, stamp]) => [name, String(stamp)]));
}
