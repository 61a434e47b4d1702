import type {
  Comparison,
  Estimate,
  MetricSummary,
  SessionSummary,
  VariantSummary,
  VerdictKind,
} from "../benchmarks/statistics/index.ts";
import { oversubscribed } from "./diagnostics.ts";
import { capital, intervalText, percent, plural, quantity, ratioText } from "./format.ts";
import { type SummaryWithTrends, trendSentences } from "./trends.ts";
import { EMULATED, scaleOf } from "./view.ts";
import { wrapped } from "./wrapped.ts";

export interface TerminalOptions {
  readonly colour?: boolean;
  /** Columns of the terminal: what does not fit loses columns or is broken between words. Nothing is where they are not known. */
  readonly width?: number | undefined;
}

const codes: Readonly<Record<VerdictKind, number>> = { better: 32, worse: 31, equivalent: 36, "cannot-tell": 33 };

/** The comparison as a table for a terminal: result metrics by variant, then what limits it. Ends with a line feed. */
export function renderTerminal(summary: SummaryWithTrends, options: TerminalOptions = {}): string {
  const results = summary.metrics.filter(({ definition }) => definition.kind === "result");
  const lines = [
    paint(wrapped(`${summary.title}: ${summary.benchmark} (${summary.session})`, options.width).join("\n"), 1, options),
    ...(summary.comparability.emulated ? [paint(EMULATED, 33, options)] : []),
    ...results.flatMap((metric) => ["", ...metricLines(summary, metric, options)]),
    "",
    ...notes(summary).map(([text, code]) => painted(wrapped(text, options.width).join("\n"), code, options)),
  ];
  return `${lines
    .map((text) => text.trimEnd())
    .join("\n")
    .trimEnd()}\n`;
}

function metricLines(
  summary: SessionSummary,
  metric: MetricSummary,
  options: TerminalOptions,
  narrow = false,
): readonly string[] {
  const header = [capital(metric.definition.title), "median", ...(narrow ? [] : ["95 % interval"]), "n", "ratio", "verdict"];
  const rows = metric.estimates.map((estimate) => ({
    cells: rowOf(summary, metric, estimate, narrow),
    code: codeOf(metric, estimate.variant),
  }));
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map(({ cells }) => cells[i]?.length ?? 0)));
  const total = widths.reduce((sum, width) => sum + 2 + width, -2);
  if (!narrow && total > (options.width ?? total)) return metricLines(summary, metric, options, true);
  const aligned = (cells: readonly string[]) => cells.map((cell, i) => pad(cell, widths[i] ?? 0, i));
  return [
    paint(aligned(header).join("  "), 2, options),
    ...rows.map(({ cells, code }) => {
      const padded = aligned(cells);
      const verdict = padded.pop() ?? "";
      return [...padded, code === undefined ? verdict : paint(verdict.trimEnd(), code, options)].join("  ");
    }),
  ];
}

/** Names and verdicts to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 || /[a-z]{3}$|^$/i.test(cell) ? cell.padEnd(width) : cell.padStart(width);
}

function rowOf(summary: SessionSummary, metric: MetricSummary, estimate: Estimate, narrow: boolean): string[] {
  const scale = scaleOf(metric);
  const comparison = comparisonOf(metric, estimate.variant);
  return [
    estimate.variant,
    quantity(estimate.median, scale),
    ...(narrow ? [] : [intervalText(estimate.interval, scale)]),
    estimate.failed > 0 ? `${estimate.n} (${estimate.failed} failed)` : String(estimate.n),
    comparison === undefined ? "–" : ratioText(comparison.ratio),
    stateOf(summary, estimate.variant) ?? comparison?.word ?? "no baseline",
  ];
}

/** `infra-error`, `skipped` and so on, or what a variant is that is compared with nothing. */
function stateOf({ variants, baseline }: SessionSummary, variant: string): string | undefined {
  const { cell, aaOf } = variants.find(({ id }) => id === variant) ?? {};
  if (cell !== undefined && cell.state !== "passed") return cell.state;
  if (variant === baseline) return "baseline";
  return aaOf === undefined ? undefined : "A/A control";
}

/** A line of text and its colour. */
type Note = readonly [text: string, code?: number];

function notes(summary: SummaryWithTrends): readonly Note[] {
  const floor = summary.metrics.find(({ definition }) => definition.primary)?.aa?.noiseFloor;
  const { state, flagged } = summary;
  const crowded = oversubscribed(summary);
  const left = flagged.filter(({ counted }) => !counted).length;
  const reasons = state.status === "valid" || state.status === "skipped" ? [] : state.reasons;
  return [
    ...reasons.map(({ detail }): Note => [`${state.status}: ${detail}`, 31]),
    ...summary.variants.flatMap(cellNote),
    ...(summary.comparability.confounded ? [["confounded: the hosts' hardware differs", 33] as const] : []),
    ...(crowded.length === 0 ? [] : [[`oversubscribed, more threads than cores: ${crowded.join(", ")}`, 33] as const]),
    ...(floor === undefined ? [] : [[`noise floor ${percent(floor)} (the baseline against itself)`] as const]),
    ...(flagged.length === 0
      ? []
      : [[`${plural(flagged.length, "flagged sample")}, ${left} of them left out: reasons are in the report`] as const]),
    ...trendSentences(summary).map((sentence): Note => [sentence]),
  ];
}

/** Why a variant has no figures. A second label of what is skipped says nothing more. */
function cellNote({ id, cell, aaOf }: VariantSummary): readonly Note[] {
  const skipped = cell.state === "skipped";
  if (cell.state === "passed" || (skipped && aaOf !== undefined)) return [];
  return [[`${id}: ${cell.state}: ${cell.cause ?? ""}`, skipped ? 33 : 31]];
}

function comparisonOf({ comparisons }: MetricSummary, variant: string): Comparison | undefined {
  return comparisons.find((comparison) => comparison.variant === variant);
}

function codeOf(metric: MetricSummary, variant: string): number | undefined {
  const verdict = comparisonOf(metric, variant)?.verdict;
  return verdict && codes[verdict];
}

function painted(text: string, code: number | undefined, options: TerminalOptions): string {
  return code === undefined ? text : paint(text, code, options);
}

function paint(text: string, code: number, { colour }: TerminalOptions): string {
  return colour === true ? `\u001b[${code}m${text}\u001b[0m` : text;
}
