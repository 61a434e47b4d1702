import type { MetricDefinition } from "../results/schema.ts";
import type { Interval, VerdictKind } from "./summary.ts";
import { percent, range, signed, words } from "./wording.ts";

export interface Evidence {
  readonly pairs: number;
  readonly ratio: number | undefined;
  readonly interval: Interval | undefined;
  readonly bootstrap: Interval | undefined;
  readonly significant: boolean;
}

export interface Verdict {
  readonly verdict: VerdictKind;
  readonly word: string;
  readonly sentence: string;
}

/** Smallest number of pairs with a 95 % interval. */
const MINIMUM_PAIRS = 6;

/**
 * The verdict of an interval: inside [1/(1+d), 1+d] is equivalence; away from 1 (after Holm) is a difference; anything else, and two
 * kinds of interval that disagree, is "cannot tell". The point estimate alone never decides.
 */
export function judge(metric: MetricDefinition, tolerance: number, names: readonly [string, string], found: Evidence): Verdict {
  const verdict = decide(metric, tolerance, found);
  return { verdict, word: wordOf(verdict, metric, tolerance), sentence: sentenceOf(verdict, metric, tolerance, names, found) };
}

function decide(metric: MetricDefinition, tolerance: number, found: Evidence): VerdictKind {
  if (found.interval === undefined) return "cannot-tell";
  const exact = kindOf(found.interval, metric, tolerance, found.significant);
  const resampled = found.bootstrap && kindOf(found.bootstrap, metric, tolerance, found.significant);
  return resampled === undefined || exact === resampled ? exact : "cannot-tell";
}

function kindOf({ low, high }: Interval, metric: MetricDefinition, tolerance: number, significant: boolean): VerdictKind {
  if (low >= 1 / (1 + tolerance) && high <= 1 + tolerance) return "equivalent";
  if (!significant || (low <= 1 && high >= 1)) return "cannot-tell";
  return high < 1 === (metric.better === "lower") ? "better" : "worse";
}

function wordOf(verdict: VerdictKind, metric: MetricDefinition, tolerance: number): string {
  switch (verdict) {
    case "equivalent":
      return `equivalent within ${percent(tolerance)}`;
    case "cannot-tell":
      return "cannot tell";
    case "better":
      return words[metric.unit][metric.better];
    case "worse":
      return words[metric.unit][metric.better === "lower" ? "higher" : "lower"];
    default:
      return verdict satisfies never;
  }
}

function sentenceOf(
  verdict: VerdictKind,
  metric: MetricDefinition,
  tolerance: number,
  [variant, baseline]: readonly [string, string],
  found: Evidence,
): string {
  const where = `in ${metric.title}`;
  if (found.interval === undefined || found.ratio === undefined)
    return `${variant} cannot be told from ${baseline} ${where}: ${found.pairs} complete block${found.pairs === 1 ? "" : "s"}, and a 95 % interval needs ${MINIMUM_PAIRS}.`;
  const interval = metric.exact === true ? "exact" : `${percent(found.interval.coverage)} interval ${range(found.interval)}`;
  const estimated = `${where}: ${signed(found.ratio - 1)} (${interval})`;
  if (verdict === "equivalent") return `${variant} is equivalent to ${baseline} within ${percent(tolerance)} ${estimated}.`;
  if (verdict === "cannot-tell") return `${variant} cannot be told from ${baseline} ${estimated}.`;
  return `${variant} is ${size(found.ratio, metric)} than ${baseline} ${where} (${interval}).`;
}

function size(ratio: number, metric: MetricDefinition): string {
  return `${percent(Math.abs(ratio - 1))} ${words[metric.unit][ratio < 1 ? "lower" : "higher"]}`;
}
