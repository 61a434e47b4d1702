import type { Overview } from "../benchmarks/statistics/index.ts";
import { capital, plural } from "./format.ts";
import type { SessionView } from "./view.ts";

/**
 * Friedman's test of every result metric in one sentence: whether any of three or more variants differ at all. An overview before the
 * comparisons with the baseline, which alone have verdicts. `undefined` where there is none, or nobody may draw a conclusion.
 */
export function overviewText({ summary, results }: SessionView): string | undefined {
  const found = results.flatMap(({ definition, overview }) => (overview === undefined ? [] : [{ definition, overview }]));
  const [first] = found;
  if (first === undefined || summary.state.status === "invalid") return undefined;
  const tests = found.map(({ definition, overview }) => `${capital(definition.title)}: ${pText(overview)}`);
  return `Do any of the ${first.overview.variants} variants differ at all? Friedman's test within blocks, an overview and no verdict. ${tests.join("; ")}.`;
}

function pText({ blocks, statistic, p }: Overview): string {
  const size = p < 0.001 ? "p < 0.001" : `p = ${p.toPrecision(2)}`;
  return `${size} (χ² ${statistic.toFixed(1)}, ${plural(blocks, "block")})`;
}
