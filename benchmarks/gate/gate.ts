import type { Sample, SessionData } from "../results/schema.ts";
import { skips } from "../statistics/state.ts";
import { summarise } from "../statistics/summarise.ts";
import type { Reason, SessionSummary } from "../statistics/summary.ts";
import type { BaselineChoice } from "./baseline.ts";
import { controlDrift } from "./control-drift.ts";
import { fingerprintDifferences, hardwareDifferences } from "./fingerprint.ts";
import type { AaObservation } from "./noise-floor.ts";
import {
  exitCodes,
  type FingerprintDifference,
  type GateMode,
  type GateResult,
  type GateRow,
  type GateVerdict,
} from "./result.ts";
import { type Against, rowsOf } from "./rows.ts";
import { withTolerance } from "./tolerance.ts";

export interface GateInput {
  readonly current: SessionData;
  /** What `summarise` says of `current`, where that is known already. */
  readonly summary?: SessionSummary;
  readonly baseline: BaselineChoice;
  /** A/A pairs of sessions up to the current one, this one included or not. */
  readonly history: readonly AaObservation[];
  readonly mode: GateMode;
  /** The session's own where absent. Half of it bounds the A/A pair, too. */
  readonly tolerance?: number;
  /** Of exact metrics; where absent 1 %, or the tolerance if that is less. */
  readonly exactTolerance?: number;
  /** Facts, or first parts of their names, that are the change under test and may differ. */
  readonly expected?: readonly string[];
}

/** The verdict on a session. Pure: everything comes from samples and environments as they lie in `results/`. */
export function gate(input: GateInput): GateResult {
  const { baseline, mode } = input;
  const current = withTolerance(input.current, input.tolerance);
  const { tolerance } = current.session.design;
  const known = current === input.current ? input.summary : undefined;
  const summary = known ?? summarise(current);
  const base = { ...headOf(current, baseline), mode, tolerance, emulated: summary.comparability.emulated };
  const invalid = summary.state.status === "invalid" ? summary.state.reasons : [];
  if (baseline.kind === "none") {
    const verdict = invalid.length > 0 ? "INVALID" : "NO-BASELINE";
    return concluded({ ...base, verdict, reasons: [...invalid, baseline.reason], differences: baseline.differences, rows: [] });
  }
  const differences = differencesOf(input, baseline);
  const obstacles = [...invalid, ...obstaclesOf(current, baseline, differences, tolerance)];
  const rows = rowsOf({ ...input, current, summary, against: baseline, tolerance, invalid: obstacles.length > 0 });
  const skipped = skippedVariants(summary, baseline);
  const [verdict, reasons] = obstacles.length > 0 ? ["INVALID" as const, obstacles] : verdictOf(rows, summary, skipped);
  return concluded({ ...base, verdict, reasons: [...reasons, ...skipped, ...missing(current, baseline)], differences, rows });
}

function headOf({ session }: SessionData, baseline: BaselineChoice) {
  const { id, stack, benchmark, title } = session;
  const design = baseline.kind === "variant" ? ("paired" as const) : ("unpaired" as const);
  return { session: id, stack, benchmark, title, baseline: nameOf(baseline), design };
}

function nameOf(baseline: BaselineChoice): string | undefined {
  if (baseline.kind === "none") return undefined;
  return baseline.kind === "variant" ? baseline.id : baseline.data.session.id;
}

function differencesOf({ current, expected }: GateInput, against: Against): readonly FingerprintDifference[] {
  if (against.kind === "session") return fingerprintDifferences(current, against.data, expected ?? []);
  const others = current.session.variants.filter(({ aaOf }) => aaOf === undefined);
  const all = others.flatMap(({ id }) => hardwareDifferences(current, id, against.id));
  return [...new Map(all.map((difference) => [`${difference.where}\n${difference.fact}`, difference])).values()];
}

function obstaclesOf(
  current: SessionData,
  against: Against,
  differences: readonly FingerprintDifference[],
  tolerance: number,
): readonly Reason[] {
  const unexpected = differences.filter(({ expected }) => !expected);
  const environment = unexpected.map(({ where, fact, baseline, current: ours }) => ({
    rule: "environment",
    detail: `${where}: ${fact} was ${baseline ?? "absent"} in the baseline and is ${ours ?? "absent"}`,
  }));
  return [...environment, ...(against.kind === "session" ? controlDrift(current, against.data, tolerance) : [])];
}

/** Variants only the baseline has: nothing is said of them, and that is said. */
function missing({ session }: SessionData, against: Against): readonly Reason[] {
  if (against.kind === "variant") return [];
  return against.data.session.variants
    .filter(({ id, aaOf }) => aaOf === undefined && !session.variants.some((variant) => variant.id === id))
    .map(({ id }) => ({ rule: "missing-variant", detail: `${id} is in the baseline and was not measured this time` }));
}

/** What a host can't do, with its cause: no row of figures. `skipped-now` where the baseline had some. */
function skippedVariants({ variants }: SessionSummary, against: Against): readonly Reason[] {
  const before = against.kind === "session" ? against.data.samples.filter(isFigure) : [];
  return skips(variants).map(({ variant, rule, detail }) =>
    before.some((sample) => sample.variant === variant)
      ? { rule: "skipped-now", detail: `${detail}; the baseline measured it` }
      : { rule, detail },
  );
}

function isFigure({ role, validity: { status } }: Sample): boolean {
  return role === "measured" && (status === "valid" || status === "disturbed");
}

/**
 * FAIL before INCONCLUSIVE before NO-BASELINE before PASS, over armed rows. Where no estimate is armed nothing is silently green: exact
 * values, which always are, may fail a session and never pass it alone. What can no longer be done is not green either.
 */
function verdictOf(
  rows: readonly GateRow[],
  { state }: SessionSummary,
  skipped: readonly Reason[],
): readonly [GateVerdict, readonly Reason[]] {
  const reasons = state.status === "noisy" ? state.reasons : [];
  if (rows.length === 0) return ["INCONCLUSIVE", [...reasons, ...(skipped.length === 0 ? [nothingToCompare] : [])]];
  const found = new Set(rows.filter(({ armed }) => armed).map(({ verdict }) => verdict));
  const estimates = estimated(rows);
  const blind = estimates.length > 0 && !estimates.some(({ armed }) => armed);
  if (blind && !found.has("FAIL")) return ["INCONCLUSIVE", [...reasons, allAdvice]];
  if (skipped.some(({ rule }) => rule === "skipped-now")) found.add("INCONCLUSIVE");
  const order = ["FAIL", "INCONCLUSIVE", "NO-BASELINE"] as const;
  return [order.find((verdict) => found.has(verdict)) ?? "PASS", reasons];
}

/** Rows that more blocks make firmer. */
function estimated(rows: readonly GateRow[]): readonly GateRow[] {
  return rows.filter(({ metric }) => metric.exact !== true);
}

const nothingToCompare = { rule: "nothing-to-compare", detail: "the session has no result metric of another variant" };
const allAdvice = {
  rule: "advice-only",
  detail: "no estimate is armed: the noise floor is unknown or above half the tolerance, so their verdicts are advice",
};

function concluded(result: Omit<GateResult, "exitCode" | "blocksNeeded">): GateResult {
  const armed = estimated(result.rows).filter((row) => row.armed);
  const needed = (armed.length > 0 ? armed : result.rows).flatMap((row) => row.blocksNeeded ?? []);
  const most = needed.includes("unreachable") ? "unreachable" : Math.max(...needed.filter((n) => n !== "unreachable"));
  return { ...result, exitCode: exitCodes[result.verdict], blocksNeeded: needed.length === 0 ? undefined : most };
}

/** The verdict on several sessions together, for the exit code: what blocks first, then what nobody could tell. */
export function worstOf(results: readonly Pick<GateResult, "verdict">[]): GateVerdict {
  const order = ["FAIL", "INVALID", "INCONCLUSIVE", "NO-BASELINE"] as const;
  return order.find((verdict) => results.some((result) => result.verdict === verdict)) ?? "PASS";
}
