import * as Plot from "@observablehq/plot";
import { extent, ticks } from "d3-array";
import { type Comparison, type MetricSummary, toleranceOf, type VerdictKind } from "../../benchmarks/statistics/index.ts";
import { capital, percent, ratioInterval, ratioText } from "../format.ts";
import { EMULATED, type SessionView } from "../view.ts";
import { closed, OPEN_INTERVAL } from "./open-interval.ts";
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
  /** Ratios that do not count, by the tolerance of this row's metric. */
  readonly band: { readonly low: number; readonly high: number };
  /** Ratios that the metric's own A/A pair cannot be told from. */
  readonly floor: readonly number[];
}

/** What all rows of a metric share. */
type Ground = Pick<Row, "band" | "floor">;

/** Ratio to the baseline with its interval, over the band of the tolerance and the floor of the A/A pair. Logarithmic: 2 and 1/2 are as far. */
export function ratioFigure(view: SessionView): Figure | undefined {
  const { tolerance } = view.summary;
  const rows = view.results.flatMap((metric) => rowsOf(metric, tolerance, view.results.length > 1));
  if (rows.length === 0) return undefined;
  const exact = view.results.find(({ definition }) => definition.exact === true);
  const less = exact === undefined ? "" : ` (±${percent(toleranceOf(exact.definition, tolerance))} where values are exact)`;
  return {
    title: "Ratio to the baseline",
    caption: `Shaded: ±${percent(tolerance)}${less}, a difference that does not count. An interval inside it means equivalent.${floorText(view)}${rows.some(isOpen) ? OPEN_INTERVAL : ""}`,
    drawing: drawRatios(view, rows),
  };
}

function floorText({ results }: SessionView): string {
  const floors = results.flatMap(({ aa }) => aa?.noiseFloor ?? []);
  const [first] = floors;
  if (first === undefined) return "";
  const which = results.length === 1 ? `the noise floor of ${percent(first)}` : "the noise floor of that metric";
  return ` Dashed: ${which}, what the baseline shows against itself.`;
}

function drawRatios(view: SessionView, rows: readonly Row[]) {
  const { baseline } = view.summary;
  const domain = domainOf(rows);
  const bands = rows.map(({ id, band }) => ({ id, ...band }));
  const floors = rows.flatMap(({ id, floor }) => floor.map((ratio) => ({ id, ratio })));
  return draw(describe(view, rows), {
    height: heightFor(rows.length, view.results.length > 1 ? TALL_ROW : ROW),
    marginBottom: 38,
    x: { ...axis, type: "log", domain, ticks: ticks(...domain, 6), label: `ratio to ${baseline}` },
    y: { axis: null, domain: [-1, 1] },
    fy: { axis: null, domain: rows.map(({ id }) => id), padding: 0 },
    color: { type: "identity" },
    marks: [
      Plot.rect(bands, { x1: "low", x2: "high", y1: -1, y2: 0.3, fy: "id", fill: colours.band }),
      Plot.ruleX(floors, { x: "ratio", y1: -1, y2: 0.3, fy: "id", stroke: colours.quiet, strokeDasharray: "3 3" }),
      Plot.ruleX([1], { y1: -1, y2: 0.3, stroke: "currentColor", strokeWidth: 1 }),
      Plot.ruleY(closed(rows, domain), { x1: "low", x2: "high", y: -0.35, fy: "id", stroke: "colour", strokeWidth: 3 }),
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

function rowsOf({ definition, comparisons, aa }: MetricSummary, given: number, several: boolean): readonly Row[] {
  const tolerance = toleranceOf(definition, given);
  const floor = aa?.noiseFloor;
  const ground = {
    band: { low: 1 / (1 + tolerance), high: 1 + tolerance },
    floor: isDrawn(floor) ? [1 / (1 + floor), 1 + floor] : [],
  };
  const rows = comparisons.flatMap((comparison) => comparisonRow(capital(definition.title), comparison, ground, several));
  if (aa === undefined || !isDrawn(aa.ratio)) return rows;
  const label = `${aa.variant} (A/A control) · ${ratioText(aa.ratio)}`;
  const above = several ? `${capital(definition.title)}\n` : "";
  return [...rows, rowOf(`${definition.name} A/A`, `${above}${label}`, aa, ground, colours.quiet)];
}

/** A logarithmic axis has no place for failures on one side: their ratio is 0 or infinite. */
function isDrawn(ratio: number | undefined): ratio is number {
  return ratio !== undefined && Number.isFinite(ratio) && ratio > 0;
}

function comparisonRow(metric: string, comparison: Comparison, ground: Ground, several: boolean): readonly Row[] {
  const { variant, ratio, word, verdict } = comparison;
  if (!isDrawn(ratio)) return [];
  const label = `${several ? `${metric}\n` : ""}${variant} · ${ratioText(ratio)} · ${verdict === "equivalent" ? "equivalent" : word}`;
  return [rowOf(`${metric} ${variant}`, label, comparison, ground, colourOf[verdict])];
}

function rowOf(
  id: string,
  label: string,
  { ratio = 1, interval }: Pick<Comparison, "ratio" | "interval">,
  ground: Ground,
  colour: string,
): Row {
  return { id, label, ratio, low: interval?.low ?? ratio, high: interval?.high ?? ratio, colour, ...ground };
}

/** On a logarithmic axis 0 is as far away as infinity. */
function isOpen({ low, high }: Row): boolean {
  return low <= 0 || !Number.isFinite(high);
}

function domainOf(rows: readonly Row[]): [number, number] {
  const ends = rows.flatMap(({ ratio, low, high, band, floor }) => [ratio, low, high, band.low, band.high, ...floor]);
  const [low = 1, high = 1] = extent([1, ...ends.filter(isDrawn)]);
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
