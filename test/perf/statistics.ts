import { summarise } from "../../benchmarks/statistics/index.ts";
import { syntheticSession } from "../report/synthetic-session.ts";
import type { Figure } from "./figure.ts";
import { timed, wallAndCpu } from "./timed.ts";

const VARIANTS = 100;
const BLOCKS = 30;
const ROUNDS = 5;

/** Everything that is said about a session of 100 variants with 30 samples each: intervals, 99 comparisons, tests. */
export function measure(): readonly Figure[] {
  const variants = Object.fromEntries(Array.from({ length: VARIANTS }, (_, index) => [`host-${index}/docker`, 1 + index / 1000]));
  const data = syntheticSession({ variants, blocks: BLOCKS, aaPair: false });
  const [first, ...later] = Array.from({ length: ROUNDS }, () => timed(() => summarised(data)));
  const slowest = later.toSorted((a, b) => a.seconds - b.seconds).at(-1);
  return [
    { what: `statistics: ${VARIANTS} x ${BLOCKS} samples, first time`, value: first ? wallAndCpu(first) : "", aim: "1 s" },
    { what: `statistics: again, slowest of ${later.length}`, value: slowest ? wallAndCpu(slowest) : "", aim: "1 s" },
  ];
}

function summarised(data: Parameters<typeof summarise>[0]): void {
  const compared = summarise(data).metrics.flatMap(({ comparisons }) => comparisons);
  if (compared.length !== VARIANTS - 1 || compared.some(({ interval }) => interval === undefined))
    throw new Error(`${compared.length} comparisons instead of ${VARIANTS - 1} with an interval`);
}
