import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A whole number from 0 to `limit` - 1. The same seed gives the same numbers everywhere. */
export type Random = (limit: number) => number;

export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return (limit) => uniformInt(generator, 0, limit - 1);
}

/** Fisher-Yates, in place. */
export function shuffle(values: Float64Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random(i + 1);
    const kept = values[i] ?? Number.NaN;
    values[i] = values[j] ?? Number.NaN;
    values[j] = kept;
  }
}
