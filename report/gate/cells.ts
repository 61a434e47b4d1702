import type { ComparisonRow, FingerprintDifference, GateResult, GateRow } from "../../benchmarks/gate/index.ts";
import { percent, quantity, ratioInterval, ratioText, scaleFor } from "../format.ts";

export const gateTitles = [
  "variant",
  "metric",
  "baseline",
  "new",
  "ratio",
  "95 % interval",
  "n",
  "noise floor",
  "verdict",
] as const;
/** Columns of numbers. */
export const gateNumbers = [2, 3, 4, 5, 6, 7] as const;
/** What a narrow terminal can do without: the sentences below the table have the interval. */
export const gateSpare = [7, 6, 2, 3, 5] as const;

export function gateCells(row: GateRow): readonly string[] {
  const scale = scaleFor(row.metric.unit, [row.median, row.baselineMedian]);
  return [
    row.variant === row.baseline ? row.variant : `${row.variant} against ${row.baseline}`,
    row.metric.title,
    quantity(row.baselineMedian, scale),
    quantity(row.median, scale),
    ratioText(row.ratio),
    ratioInterval(row.interval),
    row.design === "paired" ? String(row.n) : `${row.baselineN}+${row.n}`,
    floorText(row),
    verdictText(row),
  ];
}

function floorText({ floor, metric }: GateRow): string {
  if (metric.exact === true) return "none";
  return floor === undefined ? "unknown" : percent(floor.value);
}

function verdictText({ verdict, armed }: GateRow): string {
  if (verdict === "INVALID") return "no verdict";
  return armed ? verdict : `${verdict} (advice)`;
}

export const comparisonTitles = ["metric", "first", "second", "ratio", "95 % interval", "n", "Cliff's delta", "verdict"] as const;
export const comparisonNumbers = [1, 2, 3, 4, 5, 6] as const;
export const comparisonSpare = [6, 5, 1, 2, 4] as const;

/** Of two sessions the variant stands before the metric. */
export function comparisonCells(row: ComparisonRow, variant: string | undefined): readonly string[] {
  const scale = scaleFor(row.metric.unit, [row.medianA, row.medianB]);
  return [
    variant === undefined ? row.metric.title : `${variant}: ${row.metric.title}`,
    quantity(row.medianA, scale),
    quantity(row.medianB, scale),
    ratioText(row.ratio),
    ratioInterval(row.interval),
    row.design === "paired" ? String(row.n) : `${row.baselineN}+${row.n}`,
    row.cliffsDelta.toFixed(2),
    row.word,
  ];
}

export const differenceTitles = ["host", "fact", "baseline", "new", ""] as const;

export function differenceCells(difference: FingerprintDifference): readonly string[] {
  const { where, fact, baseline, current, expected } = difference;
  return [where, fact, baseline ?? "absent", current ?? "absent", expected ? "expected" : ""];
}

/** What was asked of a session, in a few words. */
export function questionText({ mode, tolerance, baseline, design }: GateResult): string {
  const against = baseline === undefined ? "without a baseline" : `against ${baseline}`;
  const how = design === "paired" ? ", block by block" : "";
  return `${against}${how}, ${mode} mode, tolerance ${percent(tolerance)}`;
}

export function neededText({ blocksNeeded, verdict }: GateResult): string | undefined {
  if (verdict !== "INCONCLUSIVE" || blocksNeeded === undefined) return undefined;
  if (blocksNeeded === "unreachable")
    return "More than 1000 blocks would be needed: the noise is too large, or the change too close to the tolerance.";
  return `About ${blocksNeeded} blocks per session would decide: set blocks in the matrix and measure again.`;
}
