import type { MetricDefinition } from "../results/schema.ts";
import { percent, range, signed, words } from "../statistics/wording.ts";
import type { Question } from "./decide.ts";
import { MINIMUM_UNITS } from "./evidence.ts";
import type { GateRow } from "./result.ts";

/** One plain sentence about a row: what changed, by how much, and what that means for the question asked. */
export function sentenceOf(row: Omit<GateRow, "sentence">, question: Question): string {
  const { interval, ratio, n, baselineN } = row;
  const subject = `${nameOf(row)}: ${row.metric.title}`;
  if (row.metric.exact === true) return exactSentence(subject, row, question);
  if (interval === undefined || ratio === undefined) {
    const found = row.design === "paired" ? `${n} complete blocks` : `${n} and ${baselineN} samples`;
    return `${subject} cannot be judged: ${found}, and a 95 % interval needs ${MINIMUM_UNITS}.${neededText(row)}`;
  }
  const estimate = `${signed(ratio - 1)} (${percent(interval.coverage)} interval ${range(interval)})`;
  return `${subject} ${estimate}: ${meaning(row, question)}.${neededText(row)}`;
}

/** Nothing is estimated, so nothing about it is uncertain. */
function exactSentence(subject: string, row: Omit<GateRow, "sentence">, question: Question): string {
  if (row.ratio === undefined) return `${subject} cannot be judged: there is no value of it.`;
  return `${subject} ${signed(row.ratio - 1)} (exact: one value on each side decides): ${meaning(row, question)}.`;
}

export function noBaselineSentence({ variant, metric }: Pick<GateRow, "variant" | "metric">): string {
  return `${variant}: ${metric.title} has no counterpart in the baseline.`;
}

function nameOf({ variant, baseline }: Pick<GateRow, "variant" | "baseline">): string {
  return variant === baseline ? variant : `${variant} against ${baseline}`;
}

function meaning(row: Omit<GateRow, "sentence">, question: Question): string {
  const tolerance = percent(question.tolerance);
  const reproduction = question.mode === "reproduction";
  const worse = worseWord(row.metric);
  switch (row.verdict) {
    case "INVALID":
      return "no verdict";
    case "PASS":
      return reproduction ? `the same within ${tolerance}` : `at most ${tolerance} ${worse}`;
    case "FAIL":
      return reproduction ? `differs by more than ${tolerance}` : `more than ${tolerance} ${worse}`;
    default:
      return reproduction
        ? `cannot tell whether it is the same within ${tolerance}`
        : `cannot tell whether it is more than ${tolerance} ${worse}`;
  }
}

function worseWord({ unit, better }: MetricDefinition): string {
  return words[unit][better === "lower" ? "higher" : "lower"];
}

function neededText({ verdict, blocksNeeded }: Pick<GateRow, "verdict" | "blocksNeeded">): string {
  if (verdict !== "INCONCLUSIVE" || blocksNeeded === undefined) return "";
  if (blocksNeeded === "unreachable")
    return " More than 1000 blocks would be needed: the noise is too large, or the change too close to the tolerance.";
  return ` About ${blocksNeeded} blocks per session would decide.`;
}
