import * as Plot from "@observablehq/plot";
import { ticks } from "d3-array";
import type { Comparison, MetricSummary, VerdictKind } from "../../benchmarks/statistics/index.ts";
import { capital, percent, ratioInterval, ratioText } from "../format.ts";
import { EMULATED, type SessionView } from "../view.ts";
import { colours, draw, type Figure, heightFor } from "./svg.ts";

const ROW = 48;
/** With the metric in a line of its own. */
const TALL_ROW = 74;

const colourOf: Readonly<Record<VerdictKind, string>> = {
  better: colours.good,
  worse: colours.bad,
  equivalent: colours.estimate,
  "cannot-tell": colours.unsure,
};

interface Row {
  readonly id: string;
  readonly label: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly colour: string;
}

/** Ratio to the baseline with its interval, over the band of the tolerance and the floor of the A/A pair. Logarithmic: 2 and 1/2 are as far. */
export function ratioFigure(view: SessionView): Figure | undefined {
  const rows = view.results.flatMap((metric) => rowsOf(metric, view.results.length > 1));
  if (rows.length === 0) return undefined;
  const { tolerance } = view.summary;
  const floor = view.primary?.aa?.noiseFloor;
  const lines =
    floor === undefined ? "" : ` Dashed: the noise floor of ${percent(floor)}, what the baseline shows against itself.`;
  return {
    title: "Ratio to the baseline",
    caption: `Shaded: ±${percent(tolerance)}, a difference that does not count. An interval inside it means equivalent.${lines}`,
    drawing: drawRatios(view, rows, floor),
  };
}

function drawRatios(view: SessionView, rows: readonly Row[], floor: number | undefined) {
  const { tolerance, baseline } = view.summary;
  const band = { low: 1 / (1 + tolerance), high: 1 + tolerance };
  const domain = domainOf(rows, band);
  return draw(describe(view, rows), {
    height: heightFor(rows.length, view.results.length > 1 ? TALL_ROW : ROW),
    marginBottom: 38,
    x: { ...axis, type: "log", domain, ticks: ticks(...domain, 6), label: `ratio to ${baseline}` },
    y: { axis: null, domain: [-1, 1] },
    fy: { axis: null, domain: rows.map(({ id }) => id), padding: 0 },
    color: { type: "identity" },
    marks: [
      Plot.rect([band], { x1: "low", x2: "high", y1: -1, y2: 0.3, fill: colours.band }),
      ...(floor === undefined
        ? []
        : [Plot.ruleX([1 / (1 + floor), 1 + floor], { y1: -1, y2: 0.3, stroke: colours.quiet, strokeDasharray: "3 3" })]),
      Plot.ruleX([1], { y1: -1, y2: 0.3, stroke: "currentColor", strokeWidth: 1 }),
      Plot.ruleY(rows, { x1: "low", x2: "high", y: -0.35, fy: "id", stroke: "colour", strokeWidth: 3 }),
      Plot.dot(rows, { x: "ratio", y: -0.35, fy: "id", r: 5, fill: "colour", symbol: "diamond2" }),
      Plot.text(rows, { text: "label", fy: "id", frameAnchor: "top-left", dy: 2, fontWeight: 600 }),
    ],
  });
}

const axis = {
  labelAnchor: "center",
  labelArrow: "none",
  tickFormat: (ratio: number) => String(Number(ratio.toPrecision(3))),
} as const;

function rowsOf({ definition, comparisons, aa }: MetricSummary, several: boolean): readonly Row[] {
  const rows = comparisons.flatMap((comparison) => comparisonRow(capital(definition.title), comparison, several));
  if (aa?.ratio === undefined) return rows;
  const label = `${aa.variant} (A/A control) · ${ratioText(aa.ratio)}`;
  const above = several ? `${capital(definition.title)}\n` : "";
  return [...rows, rowOf(`${definition.name} A/A`, `${above}${label}`, aa.ratio, aa.interval, colours.quiet)];
}

function comparisonRow(metric: string, comparison: Comparison, several: boolean): readonly Row[] {
  const { variant, ratio, interval, word, verdict } = comparison;
  if (ratio === undefined || !Number.isFinite(ratio) || ratio === 0) return [];
  const label = `${several ? `${metric}\n` : ""}${variant} · ${ratioText(ratio)} · ${verdict === "equivalent" ? "equivalent" : word}`;
  return [rowOf(`${metric} ${variant}`, label, ratio, interval, colourOf[verdict])];
}

function rowOf(id: string, label: string, ratio: number, interval: Comparison["interval"], colour: string): Row {
  const finite = interval !== undefined && Number.isFinite(interval.high) && interval.low > 0;
  return { id, label, ratio, low: finite ? interval.low : ratio, high: finite ? interval.high : ratio, colour };
}

function domainOf(rows: readonly Row[], band: { readonly low: number; readonly high: number }): [number, number] {
  const low = rows.reduce((least, row) => Math.min(least, row.low), band.low);
  const high = rows.reduce((most, row) => Math.max(most, row.high), band.high);
  return [low / 1.04, high * 1.04];
}

function describe({ summary, results }: SessionView, rows: readonly Row[]): string {
  const parts = results.flatMap(({ comparisons }) =>
    comparisons.map(
      ({ variant, metric, ratio, interval, word }) =>
        `${variant}, ${metric}: ${ratioText(ratio)}, interval ${ratioInterval(interval)}, ${word}`,
    ),
  );
  return `Forest plot of ${rows.length} ratios to ${summary.baseline}${summary.comparability.emulated ? ` (${EMULATED})` : ""}. ${parts.join(". ")}.`;
}
