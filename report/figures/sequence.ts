import * as Plot from "@observablehq/plot";
import { extent, tickStep, ticks } from "d3-array";
import type { MetricSummary } from "../../benchmarks/statistics/index.ts";
import { figure } from "../format.ts";
import { EMULATED, measured, type SessionView, scaleOf } from "../view.ts";
import { colours, dots, draw, type Figure, heightFor, wholeOnly } from "./svg.ts";

const ROW = 84;

/** Values in the order they were taken: drift, steps and slow first runs show here. Samples left out are crosses. */
export function sequenceFigure(view: SessionView, metric: MetricSummary): Figure | undefined {
  const estimates = measured(metric);
  const scale = scaleOf(metric);
  const flagged = new Set(view.summary.flagged.map(({ sequence }) => sequence));
  const points = view.data.samples
    .filter(({ role }) => role === "measured")
    .sort((a, b) => a.sequence - b.sequence)
    .flatMap(({ sequence, variant, values }) => {
      const value = values[metric.definition.name];
      return value === undefined ? [] : [{ sequence, variant, value: value / scale.factor, flagged: flagged.has(sequence) }];
    });
  if (points.length === 0) return undefined;
  const variants = estimates.map(({ variant }) => variant);
  const medians = estimates
    .filter(({ median }) => Number.isFinite(median))
    .map(({ variant, median }) => ({ variant, median: median / scale.factor }));
  const axis = axisOf([...points.map(({ value }) => value), ...medians.map(({ median }) => median)]);
  const drawing = draw(describe(view, metric), {
    height: heightFor(variants.length, ROW),
    marginBottom: 38,
    marginLeft: axis.width,
    x: { label: "position in the session", labelAnchor: "center", labelArrow: "none", ticks: 6, tickFormat: wholeOnly },
    y: { label: null, ticks: [...axis.ticks], tickFormat: axis.label, insetTop: 20, insetBottom: 6, grid: true },
    fy: { axis: null, domain: variants, padding: 0.08 },
    marks: [
      Plot.ruleY(medians, { y: "median", fy: "variant", stroke: colours.estimate, strokeWidth: 1 }),
      dots(
        points.filter((point) => !point.flagged),
        { x: "sequence", y: "value", fy: "variant", r: 2.5, stroke: colours.sample },
      ),
      Plot.dot(
        points.filter((point) => point.flagged),
        { x: "sequence", y: "value", fy: "variant", r: 4, symbol: "times", stroke: colours.bad, strokeWidth: 2 },
      ),
      Plot.text(medians, { text: "variant", fy: "variant", frameAnchor: "top-left", dy: 2, fontWeight: 600 }),
    ],
  });
  return {
    title: "In run order",
    caption: `${scale.symbol === "" ? "Values" : `Values in ${scale.symbol}`} by position in the session; the line is the median, a cross a flagged sample.`,
    drawing,
  };
}

/** Pixels: of the widest digit, and of the tick with its distance from the label. */
const DIGIT = 7.5;
const TICK = 12;
const LEAST_WIDTH = 44;

/** Values are in the axis' unit already. */
const UNSCALED = { factor: 1, symbol: "" };

/** Ticks with as many digits as tell them apart, three of a single value, and room for the longest. */
function axisOf(values: readonly number[]) {
  const [low = 0, high = low] = extent(values);
  const isOne = low === high;
  const at = isOne ? [low] : ticks(low, high, 3);
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(tickStep(low, high, 3)))));
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const label = (value: number) => (isOne ? figure(value, UNSCALED) : value.toLocaleString("en", fixed));
  const longest = Math.max(...at.map((value) => label(value).length));
  return { ticks: at, label, width: Math.max(LEAST_WIDTH, TICK + longest * DIGIT) };
}

function describe({ summary }: SessionView, { definition, estimates }: MetricSummary): string {
  const parts = estimates.map(
    ({ variant, lag1, drift }) => `${variant}: lag-1 autocorrelation ${lag1?.toFixed(2) ?? "unknown"}${drift ? ", drift" : ""}`,
  );
  return `Run-sequence plot of ${definition.title}${summary.comparability.emulated ? ` (${EMULATED})` : ""}. ${parts.join(". ")}.`;
}
