import type { CellState, Comparison, Estimate, MetricSummary, VerdictKind } from "../benchmarks/statistics/index.ts";
import { capital, intervalText, percent, plural, quantity, ratioInterval, ratioText } from "./format.ts";
import { study } from "./study.ts";
import type { Cell, Table, Tone } from "./table.ts";
import { EMULATED, markOf, measured, phasedVariants, resolutionOf, type SessionView, scaleOf } from "./view.ts";

const tones: Readonly<Record<VerdictKind, Tone>> = {
  better: "good",
  worse: "bad",
  equivalent: "neutral",
  "cannot-tell": "unsure",
};

/** Value, n, interval and verdict of every variant and result metric. */
export function headlineTable(view: SessionView): Table {
  const several = view.results.length > 1;
  return {
    caption: marked(view, several ? "Results" : capital(view.results[0]?.definition.title ?? "Results")),
    columns: [
      { title: "Variant" },
      ...(several ? [{ title: "Metric" }] : []),
      { title: "Median", numeric: true },
      { title: "Interval (coverage)", numeric: true },
      { title: "Ratio to baseline", numeric: true },
      { title: "Verdict" },
      { title: "Raw data", numeric: true },
    ],
    rows: view.results.flatMap((metric) => metric.estimates.map((estimate) => headlineRow(view, metric, estimate, several))),
  };
}

function headlineRow(view: SessionView, metric: MetricSummary, estimate: Estimate, several: boolean): readonly Cell[] {
  const { variant, n, failed } = estimate;
  const comparison = metric.comparisons.find((candidate) => candidate.variant === variant);
  const scale = scaleOf(metric);
  const resolution = resolutionOf(view, metric.definition, variant);
  return [
    variant,
    ...(several ? [capital(metric.definition.title)] : []),
    quantity(estimate.median, scale, resolution),
    interval(intervalText(estimate.interval, scale, resolution), estimate.interval?.coverage),
    comparison === undefined ? "–" : ratioText(comparison.ratio),
    verdictCell(view, variant, comparison),
    { text: `${plural(n, "sample")}${failed > 0 ? `, ${failed} failed` : ""}`, href: `${view.link}/samples.jsonl` },
  ];
}

function interval(text: string, coverage: number | undefined): string {
  if (coverage === 1) return "exact";
  return coverage === undefined ? text : `${text} (${percent(coverage)})`;
}

function verdictCell({ summary }: SessionView, variant: string, comparison: Comparison | undefined): Cell {
  const { cell, aaOf } = summary.variants.find(({ id }) => id === variant) ?? {};
  if (cell !== undefined && cell.state !== "passed") return stateCell(cell);
  if (variant === summary.baseline) return { text: "baseline", tone: "neutral" };
  if (comparison !== undefined) return { text: comparison.word, tone: tones[comparison.verdict] };
  return { text: aaOf === undefined ? "no baseline" : "A/A control", tone: "neutral" };
}

/** What became of a variant without figures, and why: the first line of its cause. Why one was skipped the banner says, once. */
export function stateCell({ state, cause = "" }: CellState): Cell {
  if (state === "skipped") return { text: state, tone: "neutral" };
  return { text: state, tone: "bad", note: cause.split("\n", 1)[0] ?? "" };
}

/** Facts on which the hosts differ; fingerprint facts first. */
export function environmentTable({ summary }: SessionView): Table | undefined {
  const { differences } = summary.comparability;
  const hosts = [...new Set(differences.flatMap(({ values }) => Object.keys(values)))];
  if (differences.length === 0) return undefined;
  return {
    caption: `${plural(differences.length, "fact")} on which the hosts differ`,
    columns: [{ title: "Fact" }, ...hosts.map((title) => ({ title }))],
    rows: differences.map(({ fact, values, fingerprint }) => [
      fingerprint ? { text: fact, note: "fingerprint" } : fact,
      ...hosts.map((host) => values[host] ?? "–"),
    ]),
  };
}

/** The numbers of the dot plot. */
export function spreadTable(view: SessionView, metric: MetricSummary): Table {
  const scale = scaleOf(metric);
  const columns = ["Variant", "n", "Minimum", "Median", "Interval", "Maximum"];
  return {
    caption: marked(view, `${capital(metric.definition.title)}: numbers of the plot`),
    columns: columns.map((title, i) => ({ title, numeric: i > 0 })),
    rows: measured(metric).map((estimate) => {
      const resolution = resolutionOf(view, metric.definition, estimate.variant);
      const show = (value: number) => quantity(value, scale, resolution);
      const range = interval(intervalText(estimate.interval, scale, resolution), estimate.interval?.coverage);
      return [estimate.variant, String(estimate.n), show(estimate.min), show(estimate.median), range, show(estimate.max)];
    }),
  };
}

/** The numbers of the ratio plot, with the effect size and the test behind the verdict. */
export function ratioTable(view: SessionView): Table {
  const columns = ["Variant", "Metric", "Blocks", "Ratio", "Interval", "Coverage", "Holm p", "Cliff's delta", "Verdict"];
  return {
    caption: marked(view, `Ratio to ${view.summary.baseline}`),
    columns: columns.map((title, i) => ({ title, numeric: i > 1 && i < 8 })),
    rows: view.results.flatMap((metric) => [
      ...metric.comparisons.map((comparison): readonly Cell[] => [
        comparison.variant,
        capital(metric.definition.title),
        String(comparison.pairs),
        ratioText(comparison.ratio),
        ratioInterval(comparison.interval),
        comparison.interval === undefined ? "–" : percent(comparison.interval.coverage),
        comparison.adjustedP === undefined ? "–" : comparison.adjustedP.toPrecision(2),
        comparison.cliffsDelta.toFixed(2),
        { text: comparison.word, tone: tones[comparison.verdict] },
      ]),
      ...controlRows(metric),
    ]),
  };
}

function controlRows({ aa, definition }: MetricSummary): readonly (readonly Cell[])[] {
  if (aa === undefined) return [];
  const coverage = aa.interval === undefined ? "–" : percent(aa.interval.coverage);
  const floor = aa.noiseFloor === undefined ? "no floor" : `noise floor ${percent(aa.noiseFloor)}`;
  const numbers = [String(aa.pairs), ratioText(aa.ratio), ratioInterval(aa.interval), coverage, "–", "–"];
  return [[`${aa.variant} (A/A)`, capital(definition.title), ...numbers, { text: floor, tone: aa.sound ? "neutral" : "bad" }]];
}

/** Medians of the phases; they need not add up to the median of the whole. */
export function phaseTable(view: SessionView): Table | undefined {
  if (view.phases.length === 0) return undefined;
  const variants = phasedVariants(view);
  return {
    caption: marked(view, "Median of each phase"),
    columns: [
      { title: "Variant" },
      ...view.phases.map(({ definition }) => ({ title: capital(definition.title), numeric: true })),
    ],
    rows: variants.map((variant) => [variant, ...view.phases.map((phase) => phaseText(view, phase, variant))]),
  };
}

function phaseText(view: SessionView, phase: MetricSummary, variant: string): string {
  const estimate = phase.estimates.find((candidate) => candidate.variant === variant);
  return quantity(estimate?.median ?? Number.NaN, scaleOf(phase), resolutionOf(view, phase.definition, variant));
}

/** Every sample that needs a look, with its reasons. */
export function flaggedTable({ summary }: SessionView): Table | undefined {
  if (summary.flagged.length === 0) return undefined;
  return {
    caption: `${plural(summary.flagged.length, "sample")} to look at`,
    columns: [
      { title: "Sample", numeric: true },
      { title: "Variant" },
      { title: "Block", numeric: true },
      { title: "State" },
      { title: "Reason" },
    ],
    rows: summary.flagged.map(({ sequence, variant, block, kind, counted, reasons }) => [
      String(sequence),
      variant,
      String(block),
      { text: counted ? `${kind}, counted` : `${kind}, left out`, tone: counted ? "unsure" : "bad" },
      reasons.map(({ rule, detail }) => (rule === kind ? detail : `${rule}: ${detail}`)).join("; "),
    ]),
  };
}

/** Our medians beside the study's. */
export function studyTable(view: SessionView): Table | undefined {
  const theirs = study[view.data.session.test];
  const ours = theirs && view.summary.metrics.find(({ definition }) => definition.name === theirs.metric);
  if (theirs === undefined || ours === undefined) return undefined;
  const scale = { factor: 1, symbol: "s" };
  const base = theirs.figures.find(({ system }) => system === theirs.baseline)?.value ?? Number.NaN;
  const ourBase = ours.estimates.find(({ variant }) => variant === view.summary.baseline)?.median ?? Number.NaN;
  const source = view.summary.comparability.emulated ? EMULATED : "measured here";
  return {
    caption: "The study's figures beside ours",
    columns: [
      { title: "System" },
      { title: "Source" },
      { title: "Median", numeric: true },
      { title: "To its baseline", numeric: true },
    ],
    rows: [
      ...theirs.figures.map(({ system, value }) => [system, "the study", quantity(value, scale), ratioText(value / base)]),
      ...measured(ours)
        .filter(({ variant }) => !isControl(view, variant))
        .map(({ variant, median }) => [variant, source, quantity(median, scale), ratioText(median / ourBase)]),
    ],
  };
}

/** Every measured sample in run order. */
export function sampleTable(view: SessionView, metric: MetricSummary): Table {
  const scale = scaleOf(metric);
  const { name, title } = metric.definition;
  const rows = view.data.samples.filter(({ role }) => role === "measured").sort((a, b) => a.sequence - b.sequence);
  return {
    caption: marked(view, `${capital(title)}: every sample in run order`),
    columns: [
      { title: "Sample", numeric: true },
      { title: "Variant" },
      { title: "Block", numeric: true },
      { title: "Value", numeric: true },
      { title: "State" },
    ],
    rows: rows.map(({ sequence, variant, block, values, validity }) => {
      const resolution = resolutionOf(view, metric.definition, variant);
      const value = values[name];
      return [
        String(sequence),
        variant,
        String(block),
        value === undefined ? "–" : quantity(value, scale, resolution),
        validity.status,
      ];
    }),
  };
}

/** The whole environment record, one host beside the other. */
export function fullEnvironmentTable({ data }: SessionView): Table | undefined {
  const hosts = [...data.environments].sort((a, b) => (a.host < b.host ? -1 : 1));
  const facts = [...new Set(hosts.flatMap((host) => Object.keys(host.facts)))].sort();
  if (facts.length === 0) return undefined;
  return {
    caption: "Every recorded fact",
    columns: [{ title: "Fact" }, ...hosts.map(({ host }) => ({ title: host }))],
    rows: facts.map((fact) => [fact, ...hosts.map((host) => host.facts[fact] ?? "–")]),
  };
}

function isControl({ summary }: SessionView, variant: string): boolean {
  return summary.variants.some(({ id, aaOf }) => id === variant && aaOf !== undefined);
}

function marked(view: SessionView, caption: string): string {
  return `${caption}${markOf(view)}`;
}
