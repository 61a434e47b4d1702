import { midRanks } from "./paired.ts";
import { seededRandom, shuffle } from "./random.ts";
import type { Overview } from "./summary.ts";

/** Work of the permutation, in ranks moved: bounds the time on very long sessions. */
const BUDGET = 500_000;

/**
 * Friedman's test that no variant differs: ranks within complete blocks, p by permuting within blocks (seeded). `undefined` for fewer
 * than three variants (the paired comparison says it all) or two blocks.
 */
export function friedman(blocks: readonly (readonly number[])[], seed: number): Overview | undefined {
  const variants = blocks[0]?.length ?? 0;
  if (variants < 3 || blocks.length < 2) return undefined;
  const ranks = blocks.map((block) => Float64Array.from(midRanks(block)));
  const spread = () => spreadOfRankSums(ranks, variants);
  const observed = spread();
  const draws = Math.max(99, Math.min(9_999, Math.floor(BUDGET / (blocks.length * variants))));
  const random = seededRandom(seed);
  let asExtreme = 1;
  for (let draw = 0; draw < draws; draw++) {
    for (const block of ranks) shuffle(block, random);
    if (spread() >= observed - 1e-9) asExtreme++;
  }
  const statistic = (12 / (blocks.length * variants * (variants + 1))) * observed;
  return { blocks: blocks.length, variants, statistic, p: asExtreme / (draws + 1) };
}

/** Sum of squared distances of the rank sums from their common mean. */
function spreadOfRankSums(ranks: readonly Float64Array[], variants: number): number {
  const mean = (ranks.length * (variants + 1)) / 2;
  let spread = 0;
  for (let variant = 0; variant < variants; variant++) {
    let sum = 0;
    for (const block of ranks) sum += block[variant] ?? 0;
    spread += (sum - mean) ** 2;
  }
  return spread;
}
