export { median, quantileWithin } from "./estimate.ts";
export { summaryOutputs } from "./outputs.ts";
export { skips } from "./state.ts";
export { summarise } from "./summarise.ts";
export type {
  CellState,
  Comparison,
  Estimate,
  Interval,
  MetricSummary,
  SessionSummary,
  VariantSummary,
  VerdictKind,
} from "./summary.ts";
