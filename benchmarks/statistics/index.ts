export { median, quantileWithin } from "./estimate.ts";
export { summaryOutputs } from "./outputs.ts";
export { summarise } from "./summarise.ts";
export type {
  CellState,
  Comparison,
  Estimate,
  Interval,
  MetricSummary,
  SessionSummary,
  VerdictKind,
} from "./summary.ts";
