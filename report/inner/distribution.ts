import type { SampleSeries } from "../../benchmarks/index.ts";
import { median, quantileWithin } from "../../benchmarks/statistics/index.ts";
import { intervalCell, upperCell } from "../figures/distribution.ts";
import { drawSteps, type Step } from "../figures/steps.ts";
import type { Figure } from "../figures/svg.ts";
import { quantity, type Scale, scaleFor } from "../format.ts";
import type { Table } from "../table.ts";
import { markOf, type SessionView } from "../view.ts";
import { largest, thinned } from "./groups.ts";
import { gapsOf, innerByVariant, requestsOf } from "./samples.ts";

/** Points drawn per variant, and samples they are shared by. */
const POINTS = 500;
const LINES = 50;

interface Kind {
  readonly what: string;
  /** What one sample is. */
  readonly unit: "window" | "process";
  values(series: SampleSeries["series"]): readonly number[];
}

const kinds: readonly Kind[] = [
  { what: "Latency from the due instant", unit: "window", values: (series) => requestsOf(series).map(({ latency }) => latency) },
  { what: "Time per token", unit: "process", values: (series) => gapsOf(series).map(({ seconds }) => seconds) },
  { what: "Inference", unit: "process", values: ({ run = [], warmup }) => (warmup === undefined ? [] : run) },
];

/** Values inside one sample, ascending; failures are infinite. */
interface Line {
  readonly variant: string;
  readonly sequence: number;
  readonly sorted: readonly number[];
}

/** One ECDF per sample: samples are never pooled, because what lies inside one of them is not independent of it. */
export function distributionFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  for (const kind of kinds) {
    const lines = [...innerByVariant(view).values()].flat().flatMap(({ variant, sequence, series }): readonly Line[] => {
      const sorted = kind.values(series).toSorted((a, b) => a - b);
      return sorted.length === 0 ? [] : [{ variant, sequence, sorted }];
    });
    if (lines.length === 0) continue;
    const scale = scaleFor("s", [largest(lines.flatMap(({ sorted }) => sorted))]);
    return { figure: drawLines(view, kind, lines, scale), table: tableOf(view, kind, lines, scale) };
  }
  return undefined;
}

function drawLines(view: SessionView, { what, unit }: Kind, lines: readonly Line[], scale: Scale): Figure {
  const variants = [...new Set(lines.map(({ variant }) => variant))];
  const shown = variants.flatMap((variant) =>
    thinned(
      lines.filter((line) => line.variant === variant),
      LINES,
    ),
  );
  const steps = shown.flatMap((line) => stepsOf(line, shown.filter(({ variant }) => variant === line.variant).length, scale));
  const marks = shown.flatMap(({ variant, sorted }) => {
    const point = quantileWithin(sorted, 0.95)?.point ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(point) ? [{ variant, value: point / scale.factor, share: 0.95 }] : [];
  });
  const drawing = drawSteps(
    `Distribution of ${what} inside each ${unit}${markOf(view)}. ${lines.length} lines; the table has p50 and p95.`,
    `${what.toLowerCase()} (${scale.symbol})`,
    variants,
    { steps, marks },
  );
  const caption =
    `Share of values up to a time: one line per ${unit}, its p95 as a diamond (within ${unit}; its interval in the table assumes ` +
    `independence). Lines of one variant that lie apart show what no ${unit} alone can. At most ${LINES} per variant are drawn; a line that ends below 100 % has failures.`;
  return { title: `${what}, all values`, caption, drawing };
}

function stepsOf({ variant, sequence, sorted }: Line, sharers: number, { factor }: Scale): readonly Step[] {
  const steps = sorted.map((value, index) => ({
    variant,
    line: sequence,
    value: value / factor,
    share: (index + 1) / sorted.length,
  }));
  return thinned(
    steps.filter(({ value }) => Number.isFinite(value)),
    Math.floor(POINTS / sharers),
  );
}

function tableOf(view: SessionView, { what, unit }: Kind, lines: readonly Line[], scale: Scale): Table {
  const columns = [
    "Variant",
    "Sample",
    "n",
    "p50",
    "p95",
    `p95 interval within ${unit} (assumes independence)`,
    "p95 at most (99 %)",
    "Longest",
  ];
  return {
    caption: `${what} inside each ${unit}${markOf(view)}`,
    columns: columns.map((title, i) => ({ title, numeric: i > 0 })),
    rows: lines.map(({ variant, sequence, sorted }) => {
      const p95 = quantileWithin(sorted, 0.95);
      return [
        ...[variant, String(sequence), String(sorted.length), quantity(median(sorted), scale)],
        quantity(p95?.point ?? Number.NaN, scale),
        intervalCell(p95, scale),
        upperCell(p95, scale),
        quantity(sorted.at(-1) ?? Number.NaN, scale),
      ];
    }),
  };
}
