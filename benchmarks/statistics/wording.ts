import type { MetricDefinition } from "../results/schema.ts";
import type { Interval } from "./summary.ts";

/** Words for lower and higher values, by base unit. */
export const words = {
  s: { lower: "faster", higher: "slower" },
  B: { lower: "smaller", higher: "larger" },
  "1/s": { lower: "slower", higher: "faster" },
  ratio: { lower: "lower", higher: "higher" },
  count: { lower: "lower", higher: "higher" },
} as const satisfies Record<MetricDefinition["unit"], { lower: string; higher: string }>;

/** An interval of ratios as changes: `−1.2 % to +3.4 %`. */
export function range({ low, high }: Interval): string {
  return `${signed(low - 1)} to ${signed(high - 1)}`;
}

/** A change with its sign: `+3.4 %`. */
export function signed(change: number): string {
  if (change === Number.POSITIVE_INFINITY) return "unbounded";
  return `${change < 0 ? "−" : "+"}${percent(Math.abs(change))}`;
}

export function percent(share: number): string {
  if (!Number.isFinite(share)) return "unboundedly";
  const value = 100 * share;
  return `${value >= 100 ? value.toPrecision(3) : value.toFixed(1).replace(/\.0$/, "")} %`;
}
