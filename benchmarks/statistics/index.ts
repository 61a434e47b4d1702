export { type SummaryOutputs, summaryOutputs } from "./outputs.ts";
export { summarise } from "./summarise.ts";
export type {
  AaResult,
  Comparability,
  Comparison,
  Counts,
  EnvironmentDifference,
  Estimate,
  FlaggedSample,
  Interval,
  MetricSummary,
  Overview,
  Reason,
  SessionState,
  SessionSummary,
  VariantSummary,
  VerdictKind,
} from "./summary.ts";
