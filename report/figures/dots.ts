import * as Plot from "@observablehq/plot";
import type { MetricSummary } from "../../benchmarks/statistics/index.ts";
import { capital, intervalText, quantity } from "../format.ts";
import { EMULATED, measured, resolutionOf, type SessionView, scaleOf } from "../view.ts";
import { closed, OPEN_INTERVAL } from "./open-interval.ts";
import { colours, dots, draw, type Figure, heightFor } from "./svg.ts";

const ROW = 62;

/** All samples as dots with median and interval, one row per variant. The axis does not start at 0: positions are compared, not lengths. */
export function dotFigure(view: SessionView, metric: MetricSummary): Figure | undefined {
  const estimates = measured(metric).filter(({ median }) => Number.isFinite(median));
  if (estimates.length === 0) return undefined;
  const scale = scaleOf(metric);
  const rows = estimates.map((estimate) => ({
    ...estimate,
    label: `${estimate.variant} · ${quantity(estimate.median, scale, resolutionOf(view, metric.definition, estimate.variant))}`,
    median: estimate.median / scale.factor,
    low: (estimate.interval?.low ?? estimate.median) / scale.factor,
    high: (estimate.interval?.high ?? estimate.median) / scale.factor,
  }));
  const samples = samplesOf(view, metric, scale.factor);
  const ends = extent([...samples.map(({ value }) => value), ...rows.flatMap(({ low, high }) => [low, high])]);
  const drawing = draw(describe(view, metric), {
    height: heightFor(rows.length, ROW),
    marginBottom: 38,
    x: {
      label: axisLabel(metric, scale.symbol),
      domain: ends,
      nice: true,
      grid: true,
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 6,
    },
    y: { axis: null, domain: [-0.6, 1] },
    fy: { axis: null, domain: rows.map(({ variant }) => variant), padding: 0 },
    marks: [
      dots(samples, { x: "value", y: "offset", fy: "variant", r: 3, stroke: colours.sample }),
      Plot.ruleY(closed(rows, ends), {
        x1: "low",
        x2: "high",
        y: -0.28,
        fy: "variant",
        stroke: colours.estimate,
        strokeWidth: 3,
      }),
      Plot.dot(rows, { x: "median", y: -0.28, fy: "variant", r: 5, fill: colours.estimate, symbol: "diamond2" }),
      Plot.text(rows, { text: "label", fy: "variant", frameAnchor: "top-left", dy: 2, fontWeight: 600 }),
    ],
  });
  return {
    title: capital(metric.definition.title),
    caption: `Every counted sample is a dot; the diamond is the median, the bar its exact interval. The axis does not start at 0.${rows.some(({ low, high }) => !Number.isFinite(low + high)) ? OPEN_INTERVAL : ""}`,
    drawing,
  };
}

/** Dots of one row are spread by run order, so that equal values stay visible: early samples low, late ones high. */
function samplesOf({ data }: SessionView, { definition }: MetricSummary, factor: number) {
  const last = Math.max(1, ...data.samples.map(({ sequence }) => sequence));
  return data.samples.flatMap(({ role, validity, values, variant, sequence }) => {
    const value = values[definition.name];
    if (role !== "measured" || validity.status === "invalid" || value === undefined) return [];
    return [{ variant, value: value / factor, offset: 0.02 + (0.4 * sequence) / last }];
  });
}

function extent(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const margin = (high - low || Math.abs(high) || 1) * 0.04;
  return [low - margin, high + margin];
}

/** The metric is the figure's title; beside it here it would not fit a phone. */
function axisLabel({ definition }: MetricSummary, symbol: string): string {
  const direction = definition.better === "lower" ? "less is better" : "more is better";
  return symbol === "" ? direction : `${symbol}, ${direction}`;
}

function describe({ summary }: SessionView, metric: MetricSummary): string {
  const scale = scaleOf(metric);
  const parts = measured(metric).map(
    ({ variant, median, interval, n }) =>
      `${variant}: median ${quantity(median, scale)}, interval ${intervalText(interval, scale)}, ${n} samples`,
  );
  return `Dot plot of ${metric.definition.title}${summary.comparability.emulated ? ` (${EMULATED})` : ""}. ${parts.join(". ")}.`;
}
