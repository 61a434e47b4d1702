import { type Estimate, type MetricSummary, median, type SessionSummary } from "../benchmarks/statistics/index.ts";
import { capital, intervalText, quantity, scaleFor } from "./format.ts";
import type { Cell, Table } from "./table.ts";
import { markOf, measured, resolutionOf, type SessionView, scaleOf } from "./view.ts";

/** What the instrument itself costs, measured before the first block, by name of the calibration's values; all in seconds. */
const overheads: Readonly<Record<string, string>> = {
  clientSpawn: "the engine's client started without work",
  detectionBias: "READY of a null responder seen after it was stamped",
};

/** Of llama.cpp's threads per physical core: above 1 they wait for each other. */
const CROWDED = "threadsPerCore";

/** Metrics that are stored to judge a result by, and the overheads of the instrument: by variant, shown and never compared. */
export function diagnosticsTable(view: SessionView): Table | undefined {
  const variants = view.summary.variants.filter(({ skipped }) => skipped === undefined).map(({ id }) => id);
  const known = view.diagnostics.filter((metric) => measured(metric).length > 0);
  const rows = [...known.map((metric) => metricRow(view, metric, variants)), ...overheadRows(view, variants)];
  if (rows.length === 0) return undefined;
  return {
    caption: `Diagnostics, never compared: median (least to greatest) of the counted samples${markOf(view)}`,
    columns: [{ title: "Diagnostic" }, ...variants.map((title) => ({ title, numeric: true }))],
    rows,
  };
}

/** Variants that had more threads than the host has physical cores. */
export function oversubscribed({ metrics }: Pick<SessionSummary, "metrics">): readonly string[] {
  const crowded = metrics.find(({ definition }) => definition.name === CROWDED);
  return crowded === undefined
    ? []
    : measured(crowded)
        .filter(isCrowded)
        .map(({ variant }) => variant);
}

function isCrowded({ median: middle }: Estimate): boolean {
  return Number.isFinite(middle) && middle > 1;
}

function metricRow(view: SessionView, metric: MetricSummary, variants: readonly string[]): readonly Cell[] {
  return [capital(metric.definition.title), ...variants.map((variant) => metricCell(view, metric, variant))];
}

function metricCell(view: SessionView, metric: MetricSummary, variant: string): Cell {
  const estimate = measured(metric).find((candidate) => candidate.variant === variant);
  if (estimate === undefined) return "–";
  const { min, max } = estimate;
  const [scale, resolution] = [scaleOf(metric), resolutionOf(view, metric.definition, variant)];
  const text = quantity(estimate.median, scale, resolution);
  if (metric.definition.name === CROWDED && isCrowded(estimate)) return { text, tone: "unsure", note: "oversubscribed" };
  return min === max ? text : { text, note: intervalText({ low: min, high: max, coverage: 1 }, scale, resolution) };
}

/** From calibration samples: one per variant, and one more for every time an interrupted session went on. */
function overheadRows({ data }: SessionView, variants: readonly string[]): readonly (readonly Cell[])[] {
  const calibrations = data.samples.filter(({ role }) => role === "calibration");
  return Object.entries(overheads).flatMap(([name, title]) => {
    const found = variants.map((variant) =>
      median(calibrations.filter((sample) => sample.variant === variant).flatMap(({ values }) => values[name] ?? [])),
    );
    if (found.every(Number.isNaN)) return [];
    const scale = scaleFor("s", found);
    return [[{ text: capital(title), note: "overhead, not subtracted" }, ...found.map((value) => quantity(value, scale))]];
  });
}
