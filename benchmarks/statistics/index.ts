export { median, type QuantileEstimate, quantileWithin } from "./estimate.ts";
export { toleranceOf } from "./exact.ts";
export { summaryOutputs } from "./outputs.ts";
export { skips } from "./state.ts";
export { summarise } from "./summarise.ts";
export type {
  CellState,
  Comparison,
  Estimate,
  Interval,
  MetricSummary,
  Overview,
  SessionSummary,
  VariantSummary,
  VerdictKind,
} from "./summary.ts";
export { unitsOf, valuesOf } from "./units.ts";
