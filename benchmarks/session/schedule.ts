import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** One sample to take. Warm-ups are block 0; measured blocks count from 1. */
export interface Slot {
  readonly variant: string;
  readonly role: "warm-up" | "measured";
  readonly block: number;
  /** Position in the block, from 0. */
  readonly order: number;
}

/** What is known after a block, for the decision to go on. */
export interface Progress {
  /** Measured blocks done, re-queued ones not counted. */
  readonly blocksDone: number;
  readonly requeued: number;
  /** Measured blocks begun, of whatever kind. */
  readonly begun: number;
}

/** Whether the session has enough: a number of blocks, precision (looks at 10, 20 and 30 blocks), or a budget. */
export type StoppingRule = (progress: Progress) => boolean;

export interface ScheduleOptions {
  readonly variants: readonly string[];
  /** Variants that get `warmups` samples first; a second label of the same thing needs none. */
  readonly warmed: readonly string[];
  readonly warmups: number;
  readonly seed: number;
  readonly stop: StoppingRule;
  /** Most blocks that are measured again because they were disturbed. */
  readonly requeueLimit: number;
}

/** Randomised complete blocks: every block holds every variant once, in an order that only the seed decides. */
export interface Schedule {
  /** The slots of the next block; undefined when the session is done. */
  nextBlock(): readonly Slot[] | undefined;
  /** Says that the block just taken was disturbed: one more is added, unless it is itself such a second try or the limit is reached. */
  requeue(): void;
  /** Says that the block just taken was cut by an interruption: another one takes its place. */
  cut(): void;
  /** How many blocks the session has at most now, warm-up left out. */
  readonly planned: (blocks: number) => number;
}

export function createSchedule(options: ScheduleOptions): Schedule {
  const random = xoroshiro128plus(options.seed);
  let block = 0;
  let requeued = 0;
  let secondTries = 0;
  let cuts = 0;
  let secondTry = false;
  let warm = options.warmups > 0 && options.warmed.length > 0;
  const shuffled = (variants: readonly string[]): readonly string[] => {
    const order = [...variants];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = uniformInt(random, 0, last);
      [order[last], order[other]] = [order[other] ?? "", order[last] ?? ""];
    }
    return order;
  };
  return {
    nextBlock: () => {
      if (warm) {
        warm = false;
        const rounds = Array.from({ length: options.warmups }, () => shuffled(options.warmed)).flat();
        return rounds.map((variant, order) => ({ variant, role: "warm-up", block: 0, order }));
      }
      const normal = !options.stop({ blocksDone: block - secondTries - cuts, requeued, begun: block });
      if (!normal && secondTries >= requeued) return undefined;
      secondTry = !normal;
      if (secondTry) secondTries += 1;
      block += 1;
      return shuffled(options.variants).map((variant, order) => ({ variant, role: "measured", block, order }));
    },
    requeue: () => {
      if (secondTries === 0 && requeued < options.requeueLimit) requeued += 1;
    },
    cut: () => {
      cuts += 1;
      if (secondTry) secondTries -= 1;
    },
    planned: (blocks) => blocks + requeued + cuts,
  };
}
