import type { MetricDefinition } from "../results/schema.ts";
import type { Interval } from "../statistics/summary.ts";
import type { Evidence } from "./evidence.ts";
import type { GateMode } from "./result.ts";

export type Outcome = "PASS" | "FAIL" | "INCONCLUSIVE";

/** What is asked of a ratio. */
export interface Question {
  readonly mode: GateMode;
  readonly tolerance: number;
  readonly better: MetricDefinition["better"];
}

/** Ratios new / baseline that are allowed. Without a lower end an improvement of any size is. */
export function allowed({ mode, tolerance, better }: Question): { readonly low: number; readonly high: number } {
  const [low, high] = [1 / (1 + tolerance), 1 + tolerance];
  if (mode === "reproduction") return { low, high };
  return better === "lower" ? { low: 0, high } : { low, high: Number.POSITIVE_INFINITY };
}

/** The outcome of one interval: inside what is allowed, wholly outside, or neither. Point estimates never decide. */
export function outcomeOf(interval: Interval | undefined, question: Question): Outcome {
  if (interval === undefined) return "INCONCLUSIVE";
  const { low, high } = allowed(question);
  if (interval.low >= low && interval.high <= high) return "PASS";
  return interval.low > high || interval.high < low ? "FAIL" : "INCONCLUSIVE";
}

/** p of the hypothesis that the ratio lies within what is allowed: 1 where the estimate itself does. */
export function failureP(evidence: Evidence, question: Question): number | undefined {
  const { low, high } = allowed(question);
  if (evidence.ratio === undefined) return undefined;
  if (evidence.ratio > high) return evidence.p(high);
  return evidence.ratio < low ? evidence.p(low) : 1;
}

/**
 * The outcome of the exact interval, which the bootstrap must share, and a FAIL must hold against Holm's adjusted p as well. Passing
 * needs no adjustment: a session passes only where all its rows do.
 */
export function decide(evidence: Evidence, adjustedP: number | undefined, question: Question): Outcome {
  const exact = outcomeOf(evidence.interval, question);
  if (evidence.bootstrap !== undefined && outcomeOf(evidence.bootstrap, question) !== exact) return "INCONCLUSIVE";
  return exact === "FAIL" && (adjustedP ?? 1) >= 0.05 ? "INCONCLUSIVE" : exact;
}
