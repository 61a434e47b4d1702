import { mannWhitneyProbabilities } from "./distributions.ts";
import { midRanks } from "./paired.ts";
import { seededRandom, shuffle } from "./random.ts";

/** Fewest values at one level: less is a spike. */
export const MINIMUM_SEGMENT = 3;
const DRAWS = 9_999;

interface Split {
  /** Number of values before it. */
  readonly at: number;
  /** Exact and two-sided, as if this split had been named before. */
  readonly p: number;
}

/** Where two parts of at least three values differ most by the exact Mann-Whitney test; `p` is 1 where there are no such parts. */
export function bestSplit(values: readonly number[]): Split {
  return splitOf(Float64Array.from(midRanks(values)));
}

/**
 * p of the best split of the values among the best splits of their permutations, by 9 999 seeded draws; ties are permuted like all else. Drawing
 * ends early where p will be above `limit`, and that is then all that is right about it.
 */
export function orderP(values: readonly number[], { seed, limit }: { readonly seed: number; readonly limit: number }): number {
  const ranks = Float64Array.from(midRanks(values));
  const observed = splitOf(ranks).p;
  if (observed > limit) return observed;
  const drawn = new Set(ranks).size === ranks.length ? untied(ranks.length, seed) : createDraws(ranks, seed);
  let asExtreme = 1;
  for (let draw = 1; draw <= DRAWS; draw++) {
    if (drawn(draw) <= observed + 1e-12) asExtreme++;
    if (asExtreme > limit * (DRAWS + 1)) return asExtreme / (draw + 1);
  }
  return asExtreme / (DRAWS + 1);
}

/** p of the best split of a permutation by its number, from 1; drawn only as far as it is asked for. */
type Draws = (draw: number) => number;

function createDraws(ranks: Float64Array, seed: number): Draws {
  const random = seededRandom(seed);
  const found: number[] = [];
  return (draw) => {
    for (; found.length < draw; found.push(splitOf(ranks).p)) shuffle(ranks, random);
    return found[draw - 1] ?? Number.NaN;
  };
}

const untiedDraws = new Map<string, Draws>();

/** Without ties all series of one length have the same permutations: a kernel that changes every metric of every variant needs them once. */
function untied(length: number, seed: number): Draws {
  const key = `${length} ${seed}`;
  const known =
    untiedDraws.get(key) ??
    createDraws(
      Float64Array.from({ length }, (_, index) => index + 1),
      seed,
    );
  untiedDraws.set(key, known);
  return known;
}

function splitOf(ranks: Float64Array): Split {
  const tails = tailsOf(ranks.length);
  let best = { at: 0, p: 1 };
  let sum = 0;
  for (let at = 1; at <= ranks.length - MINIMUM_SEGMENT; at++) {
    sum += ranks[at - 1] ?? Number.NaN;
    if (at < MINIMUM_SEGMENT) continue;
    const u = sum - (at * (at + 1)) / 2;
    // Ties give halves; the larger whole number is the weaker evidence.
    const p = tails[at]?.[Math.ceil(Math.min(u, at * (ranks.length - at) - u))] ?? 1;
    if (p < best.p) best = { at, p };
  }
  return best;
}

const tailsByLength = new Map<number, readonly (Float64Array | undefined)[]>();

/** Two-sided p by the number of values before a split and by the smaller U; kept, because thousands of permutations ask for it. */
function tailsOf(length: number): readonly (Float64Array | undefined)[] {
  const known = tailsByLength.get(length);
  if (known !== undefined) return known;
  const tails = Array.from({ length: length + 1 }, (_, at) =>
    Math.min(at, length - at) < MINIMUM_SEGMENT ? undefined : twoSided(mannWhitneyProbabilities(at, length - at)),
  );
  tailsByLength.set(length, tails);
  return tails;
}

/** min(1, 2 P(U <= u)) for u up to the centre. */
function twoSided(probabilities: Float64Array): Float64Array {
  let sum = 0;
  return probabilities.subarray(0, Math.ceil(probabilities.length / 2) + 1).map((probability) => {
    sum += probability;
    return Math.min(1, 2 * sum);
  });
}
