import type { MetricDefinition } from "../benchmarks/index.ts";
import type { Interval } from "../benchmarks/statistics/index.ts";

/** How one column or axis shows base units: all its values share one scale, so that they can be compared by eye. */
export interface Scale {
  readonly factor: number;
  readonly symbol: string;
}

const scales: Readonly<Record<MetricDefinition["unit"], readonly Scale[]>> = {
  s: [
    { factor: 1, symbol: "s" },
    { factor: 1e-3, symbol: "ms" },
    { factor: 1e-6, symbol: "µs" },
  ],
  B: [
    { factor: 2 ** 30, symbol: "GiB" },
    { factor: 2 ** 20, symbol: "MiB" },
    { factor: 2 ** 10, symbol: "KiB" },
    { factor: 1, symbol: "B" },
  ],
  "1/s": [{ factor: 1, symbol: "/s" }],
  ratio: [{ factor: 0.01, symbol: "%" }],
  count: [{ factor: 1, symbol: "" }],
};

/** The largest scale in which the largest finite value is at least 1. */
export function scaleFor(unit: MetricDefinition["unit"], values: readonly number[]): Scale {
  const largest = values.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a), 0);
  const candidates = scales[unit];
  return candidates.find(({ factor }) => largest >= factor) ?? candidates.at(-1) ?? { factor: 1, symbol: "" };
}

/**
 * At most three significant digits, and none finer than `resolution` (base units: the bracket of a polled readiness). Without the
 * unit's symbol.
 */
export function figure(value: number, scale: Scale, resolution = 0): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return "never";
  const scaled = value / scale.factor;
  if (scaled === 0) return "0";
  const coarsest = resolution > 0 ? Math.ceil(Math.log10(resolution / scale.factor) - 1e-9) : Number.NEGATIVE_INFINITY;
  const place = Math.max(lastPlace(scaled), coarsest);
  if (Math.abs(place) > WIDEST) return scaled.toExponential(2);
  return place >= 0 ? (Math.round(scaled / 10 ** place) * 10 ** place).toFixed(0) : scaled.toFixed(-place);
}

/** Decimal places, or zeros before the point, above which a number is written with an exponent. */
const WIDEST = 15;

/** Power of ten of the third significant digit. */
function lastPlace(scaled: number): number {
  return Math.floor(Math.log10(Number(Math.abs(scaled).toPrecision(3)))) - 2;
}

/** With the unit's symbol, such as `1.05 s`. */
export function quantity(value: number, scale: Scale, resolution = 0): string {
  const text = figure(value, scale, resolution);
  return scale.symbol === "" || !Number.isFinite(value) ? text : `${text} ${scale.symbol}`;
}

/** Such as `1.02 to 1.09 s`; both ends to the same decimal place. */
export function intervalText(interval: Interval | undefined, scale: Scale, resolution = 0): string {
  if (interval === undefined) return "–";
  const shared = Number.isFinite(interval.high) ? scale.factor * 10 ** lastPlace(interval.high / scale.factor) : 0;
  return `${figure(interval.low, scale, Math.max(shared, resolution))} to ${quantity(interval.high, scale, resolution)}`;
}

/** A share such as 0.979 as `97.9 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;
}

/** Ratio against the baseline, such as `1.12`. */
export function ratioText(ratio: number | undefined): string {
  if (ratio === undefined || Number.isNaN(ratio)) return "–";
  return Number.isFinite(ratio) ? ratio.toPrecision(3) : "unbounded";
}

/** `exact` where the ratio was not estimated. */
export function ratioInterval(interval: Interval | undefined): string {
  if (interval === undefined) return "–";
  return interval.coverage === 1 ? "exact" : `${ratioText(interval.low)} to ${ratioText(interval.high)}`;
}

/** First letter large: metric titles are written small in the definitions. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Day of an ISO time, such as `2026-11-22`. */
export function dayText(iso: string): string {
  return /^\d{4}-\d\d-\d\dT/.test(iso) ? iso.slice(0, 10) : iso;
}

/** ISO time as `2026-11-22 17:58 UTC`. */
export function timeText(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso;
}
