import type { MetricDefinition } from "../results/schema.ts";

/** An interval with the coverage it really has: exact ranks rarely hit 95 % exactly. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Such as 0.979. */
  readonly coverage: number;
}

/** Samples of one variant, by what became of them. `counted` = valid + disturbed + failed. */
export interface Counts {
  readonly counted: number;
  readonly valid: number;
  readonly disturbed: number;
  readonly invalid: number;
  readonly failed: number;
  readonly infraErrors: number;
  readonly warmUps: number;
}

/** What became of one variant in one session; `cause` wherever it is not `passed`. */
export interface CellState {
  /**
   * `passed`: it has figures. `failed`: what was measured gave none. `infra-error`: the engine, the connection or the host broke.
   * `invalid`: a rule took every sample out. `skipped`: the host can't do it.
   */
  readonly state: "passed" | "invalid" | "infra-error" | "failed" | "skipped";
  readonly cause?: string;
}

export interface VariantSummary {
  readonly id: string;
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The variant this one is a second label of (A/A). */
  readonly aaOf: string | undefined;
  readonly emulated: boolean;
  /** Why the host can't do this test at all; no figure of it exists. */
  readonly skipped: string | undefined;
  readonly cell: CellState;
  readonly counts: Counts;
}

/**
 * One metric of one variant, in base units. Failed samples count as the worst possible value (+infinity where lower is better), so
 * `median`, `max` and the interval may be infinite.
 */
export interface Estimate {
  readonly variant: string;
  /** Units (containers, boots, windows, processes) counted. */
  readonly n: number;
  readonly failed: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Absent below 6 units: no 95 % interval of the median exists. */
  readonly interval: Interval | undefined;
  /** Lag-1 autocorrelation in run order; absent below 4 units. */
  readonly lag1: number | undefined;
  /** |lag1| > 0.3. */
  readonly drift: boolean;
}

export type VerdictKind = "better" | "worse" | "equivalent" | "cannot-tell";

/** A variant against the baseline: `ratio` = variant / baseline, from differences of logarithms within blocks. */
export interface Comparison {
  readonly variant: string;
  readonly baseline: string;
  readonly metric: string;
  /** Blocks in which both were measured. */
  readonly pairs: number;
  /** Hodges-Lehmann estimate, exponentiated; `undefined` without a pair. */
  readonly ratio: number | undefined;
  /** Exact signed-rank interval, exponentiated; absent below 6 pairs. */
  readonly interval: Interval | undefined;
  /** Seeded percentile bootstrap over blocks, a cross-check. */
  readonly bootstrap: Interval | undefined;
  /** Signed-rank test, exact and with ties; Holm-adjusted over all result metrics x variants. */
  readonly p: number | undefined;
  readonly adjustedP: number | undefined;
  /** `adjustedP` < 0.05. */
  readonly significant: boolean;
  /** -1 (all lower than the baseline) to 1 (all higher). */
  readonly cliffsDelta: number;
  readonly verdict: VerdictKind;
  /** Such as `faster`, `slower`, `equivalent within 10 %`, `cannot tell`. */
  readonly word: string;
  /** One plain sentence. */
  readonly sentence: string;
}

/** The baseline against itself under a second label: what the instrument shows where nothing differs. */
export interface AaResult {
  readonly metric: string;
  readonly variant: string;
  readonly baseline: string;
  readonly pairs: number;
  readonly ratio: number | undefined;
  readonly interval: Interval | undefined;
  /** Relative change that cannot be told from noise: half the width of the A/A interval, such as 0.03. */
  readonly noiseFloor: number | undefined;
  /** False where the interval excludes 1 by more than half the tolerance. */
  readonly sound: boolean;
}

/** Do the variants differ at all? Friedman's test over complete blocks, p by seeded permutation. */
export interface Overview {
  readonly blocks: number;
  readonly variants: number;
  readonly statistic: number;
  readonly p: number;
}

export interface MetricSummary {
  readonly definition: MetricDefinition;
  /** In the session's order of variants, A/A labels included. */
  readonly estimates: readonly Estimate[];
  /** Result metrics only, without the baseline, its A/A labels and what was skipped. */
  readonly comparisons: readonly Comparison[];
  readonly aa: AaResult | undefined;
  readonly overview: Overview | undefined;
}

export interface Reason {
  readonly rule: string;
  readonly detail: string;
}

/** A sample that needs a look: counted out, disturbed, failed, or an outlier that is counted. */
export interface FlaggedSample {
  readonly sequence: number;
  readonly variant: string;
  readonly block: number;
  readonly kind: "invalid" | "disturbed" | "failed" | "infra-error" | "outlier";
  readonly counted: boolean;
  readonly reasons: readonly Reason[];
}

/** One fact on which the hosts differ. */
export interface EnvironmentDifference {
  readonly fact: string;
  /** Part of the fingerprint of at least one host. */
  readonly fingerprint: boolean;
  /** Host name to value; `undefined` where the host has no such fact. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

export interface Comparability {
  readonly emulated: boolean;
  /** The hosts' hardware differs, so a difference of results is not the distribution's alone. */
  readonly confounded: boolean;
  readonly differences: readonly EnvironmentDifference[];
}

/** May anybody draw a conclusion from this session? */
export type SessionState =
  | { readonly status: "valid" }
  | { readonly status: "noisy"; readonly reasons: readonly Reason[] }
  | { readonly status: "invalid"; readonly reasons: readonly Reason[] }
  /** No host can do this test: nothing was measured, and nothing went wrong. */
  | { readonly status: "skipped"; readonly reasons: readonly Reason[] };

/** Everything that is said about a session. Computed by `summarise` alone, from raw samples. */
export interface SessionSummary {
  readonly session: string;
  readonly stack: string;
  readonly benchmark: string;
  readonly test: string;
  readonly title: string;
  readonly baseline: string;
  /** Relative change that counts, such as 0.1. */
  readonly tolerance: number;
  readonly state: SessionState;
  readonly comparability: Comparability;
  readonly variants: readonly VariantSummary[];
  readonly metrics: readonly MetricSummary[];
  readonly flagged: readonly FlaggedSample[];
}
