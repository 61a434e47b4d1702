import { median, type QuantileEstimate, quantileWithin, unitsOf, valuesOf } from "../../benchmarks/statistics/index.ts";
import { capital, intervalText, percent, quantity, type Scale } from "../format.ts";
import { thinned } from "../inner/groups.ts";
import type { Table } from "../table.ts";
import { markOf, resolutionOf, type SessionView, scaleOf } from "../view.ts";
import { drawSteps, type Step } from "./steps.ts";
import type { Figure } from "./svg.ts";

/** Points drawn per variant. */
const POINTS = 500;

/** The counted samples of a variant, ascending; failures are infinite. */
interface Line {
  readonly variant: string;
  readonly sorted: readonly number[];
  readonly p95: QuantileEstimate | undefined;
}

/** ECDF of the samples of the metric that leads, for tests that see nothing inside a sample. `undefined` below two samples a variant. */
export function sampleDistributionFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  const { primary } = view;
  if (primary === undefined || primary.definition.exact === true) return undefined;
  const lines = view.data.session.variants.flatMap(({ id }): readonly Line[] => {
    const sorted = valuesOf(unitsOf(view.data.samples, id, primary.definition)).toSorted((a, b) => a - b);
    const known = sorted.filter(Number.isFinite).length;
    return known < 2 ? [] : [{ variant: id, sorted, p95: quantileWithin(sorted, 0.95) }];
  });
  if (lines.length === 0) return undefined;
  const scale = scaleOf(primary);
  const title = capital(primary.definition.title);
  return {
    figure: { title: `${title}, all samples`, caption: caption(lines), drawing: drawLines(view, title, lines, scale) },
    table: tableOf(view, title, lines, scale),
  };
}

function caption(lines: readonly Line[]): string {
  const marks = lines.some(hasInterval)
    ? "The diamond is p95, where there are samples enough for its interval."
    : "No p95 is marked: it has no interval below 72 samples.";
  return `Share of counted samples up to a value. ${marks} A line that ends below 100 % has failures.`;
}

function hasInterval({ p95 }: Line): boolean {
  return p95 !== undefined && p95.interval !== "not estimable";
}

function drawLines(view: SessionView, title: string, lines: readonly Line[], scale: Scale) {
  const steps = lines.flatMap(({ variant, sorted }, line) => stepsOf(variant, line, sorted, scale));
  const marks = lines.filter(hasInterval).flatMap(({ variant, p95 }) => {
    const value = (p95?.point ?? Number.POSITIVE_INFINITY) / scale.factor;
    return Number.isFinite(value) ? [{ variant, value, share: 0.95 }] : [];
  });
  const variants = lines.map(({ variant }) => variant);
  const description = `Distribution of the samples of ${title}${markOf(view)}: ${variants.join(", ")}. The table has p50 and p95.`;
  const label = scale.symbol === "" ? title.toLowerCase() : `${title.toLowerCase()} (${scale.symbol})`;
  return drawSteps(description, label, variants, { steps, marks });
}

function stepsOf(variant: string, line: number, sorted: readonly number[], { factor }: Scale): readonly Step[] {
  const steps = sorted.map((value, index) => ({ variant, line, value: value / factor, share: (index + 1) / sorted.length }));
  return thinned(
    steps.filter(({ value }) => Number.isFinite(value)),
    POINTS,
  );
}

function tableOf(view: SessionView, title: string, lines: readonly Line[], scale: Scale): Table {
  const columns = ["Variant", "n", "p50", "p95", "p95 interval", "p95 at most (99 %)", "Greatest"];
  return {
    caption: `${title}: distribution of the samples${markOf(view)}`,
    columns: columns.map((name, i) => ({ title: name, numeric: i > 0 })),
    rows: lines.map((line) => {
      const { variant, sorted, p95 } = line;
      const resolution = view.primary === undefined ? 0 : resolutionOf(view, view.primary.definition, variant);
      const show = (value: number) => quantity(value, scale, resolution);
      return [
        ...[variant, String(sorted.length), show(median(sorted))],
        hasInterval(line) ? show(p95?.point ?? Number.NaN) : "not estimable",
        intervalCell(p95, scale, resolution),
        upperCell(p95, scale, resolution),
        show(sorted.at(-1) ?? Number.NaN),
      ];
    }),
  };
}

/** With the coverage it really has. */
export function intervalCell(estimate: QuantileEstimate | undefined, scale: Scale, resolution = 0): string {
  if (estimate === undefined || estimate.interval === "not estimable") return "not estimable";
  return `${intervalText(estimate.interval, scale, resolution)} (${percent(estimate.interval.coverage)})`;
}

/** The 99 % upper bound. */
export function upperCell(estimate: QuantileEstimate | undefined, scale: Scale, resolution = 0): string {
  if (estimate === undefined || estimate.upperBound === "not estimable") return "not estimable";
  return quantity(estimate.upperBound, scale, resolution);
}
