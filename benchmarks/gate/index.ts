export { type BaselineChoice, chooseBaseline, namedBaseline } from "./baseline.ts";
export { type ComparisonResult, type ComparisonRow, compareSessions, compareVariants } from "./compare.ts";
export { fingerprintDifferences } from "./fingerprint.ts";
export { gate, worstOf } from "./gate.ts";
export { type AaObservation, aaObservations, floorOfMetric, historyOf, isQuiet } from "./noise-floor.ts";
export { type PastSession, pastOf, pastSessions } from "./past.ts";
export {
  exitCodes,
  type FingerprintDifference,
  GATE_VERSION,
  type GateMode,
  type GateResult,
  type GateRow,
  type GateVerdict,
} from "./result.ts";
export { type Trend, trendsOf } from "./trends.ts";
