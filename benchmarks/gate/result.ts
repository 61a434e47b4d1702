import type { MetricDefinition } from "../results/schema.ts";
import type { Interval, Reason } from "../statistics/summary.ts";

/** Version of a gate result and of a comparison as JSON. */
export const GATE_VERSION = 1;

export type GateVerdict = "PASS" | "FAIL" | "INCONCLUSIVE" | "INVALID" | "NO-BASELINE";

/** What the process ends with. */
export const exitCodes: Readonly<Record<GateVerdict, number>> = {
  PASS: 0,
  FAIL: 1,
  INCONCLUSIVE: 2,
  INVALID: 3,
  "NO-BASELINE": 4,
};

/** `regression`: not worse than the tolerance. `reproduction`: the same within the tolerance, in both directions. */
export type GateMode = "regression" | "reproduction";

/** `paired`: both sides in the same blocks of one session. `unpaired`: two sessions. */
export type Design = "paired" | "unpaired";

/** Relative change that cannot be told from noise, such as 0.03, and where it was learnt. */
export interface NoiseFloor {
  readonly value: number;
  readonly source: "history" | "session";
  /** A/A pairs it rests on. */
  readonly sessions: number;
}

/** One variant and metric against the baseline. Ratios are new / baseline, whatever direction is better. */
export interface GateRow {
  readonly variant: string;
  readonly baseline: string;
  readonly metric: MetricDefinition;
  readonly design: Design;
  /** Units counted on each side; paired: common blocks; exact metrics: 1. */
  readonly n: number;
  readonly baselineN: number;
  readonly median: number;
  readonly baselineMedian: number;
  readonly ratio: number | undefined;
  /** Exact 95 % interval of the ratio: signed-rank (paired) or Mann-Whitney (unpaired). Of an exact metric the ratio itself, coverage 1. */
  readonly interval: Interval | undefined;
  /** Seeded percentile bootstrap over units, a cross-check. */
  readonly bootstrap: Interval | undefined;
  readonly cliffsDelta: number;
  /** Of the hypothesis that the change is no worse than the tolerance; Holm-adjusted over all rows. */
  readonly adjustedP: number | undefined;
  /** Absent of exact metrics, too. */
  readonly floor: NoiseFloor | undefined;
  /** False: the verdict is advice and does not decide. Exact metrics always decide. */
  readonly armed: boolean;
  /** INVALID: that of the session, whatever the figures are. */
  readonly verdict: GateVerdict;
  /** Blocks per session that would arm the comparison and decide it, at the spread seen; `unreachable` above 1000. Absent where decided. */
  readonly blocksNeeded: number | "unreachable" | undefined;
  /** One plain sentence. */
  readonly sentence: string;
}

/** One fact that makes two sessions incomparable. */
export interface FingerprintDifference {
  /** Host or hosts, or `session` for its own parameters. */
  readonly where: string;
  readonly fact: string;
  readonly baseline: string | undefined;
  readonly current: string | undefined;
  /** Named as the change under test: listed, no obstacle. */
  readonly expected: boolean;
}

/** Everything a gate says about one session. */
export interface GateResult {
  readonly session: string;
  readonly stack: string;
  readonly benchmark: string;
  readonly title: string;
  readonly mode: GateMode;
  readonly tolerance: number;
  /** A session, or a variant of the same session; absent without one. */
  readonly baseline: string | undefined;
  readonly design: Design;
  readonly verdict: GateVerdict;
  readonly exitCode: number;
  readonly emulated: boolean;
  /** Why the verdict is what it is, where the rows alone do not say. */
  readonly reasons: readonly Reason[];
  readonly differences: readonly FingerprintDifference[];
  readonly rows: readonly GateRow[];
  /** Blocks per session that would decide every armed row, or every row where none is armed. */
  readonly blocksNeeded: number | "unreachable" | undefined;
}
