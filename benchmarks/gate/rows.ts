import type { MetricDefinition, SessionData } from "../results/schema.ts";
import { median } from "../statistics/estimate.ts";
import { countedUnits, toleranceOf } from "../statistics/exact.ts";
import { holm } from "../statistics/holm.ts";
import type { SessionSummary } from "../statistics/summary.ts";
import { unitsOf, valuesOf } from "../statistics/units.ts";
import { blocksNeeded, blocksToArm } from "./blocks-needed.ts";
import { decide, failureP, type Outcome, outcomeOf, type Question } from "./decide.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { type AaObservation, floorOfMetric, isQuiet } from "./noise-floor.ts";
import type { GateMode, GateRow, GateVerdict } from "./result.ts";
import { noBaselineSentence, sentenceOf } from "./sentence.ts";

/** Where the other side comes from: a variant of the same session, or the same variant of another session. */
export type Against =
  | { readonly kind: "variant"; readonly id: string }
  | { readonly kind: "session"; readonly data: SessionData };

export interface RowContext {
  readonly current: SessionData;
  readonly summary: SessionSummary;
  readonly against: Against;
  readonly history: readonly AaObservation[];
  readonly mode: GateMode;
  readonly tolerance: number;
  /** Of exact metrics; a tight one where absent. */
  readonly exactTolerance?: number | undefined;
  /** Figures without a verdict. */
  readonly invalid: boolean;
}

interface Pair {
  readonly variant: string;
  readonly baseline: string;
  readonly metric: MetricDefinition;
  /** Absent where the baseline session has no such variant or metric. */
  readonly evidence: Evidence | undefined;
  readonly question: Question;
}

/** Every result metric of every variant that was not skipped against its other side; p adjusted over all of them together. */
export function rowsOf(context: RowContext): readonly GateRow[] {
  const pairs = pairsOf(context);
  // An exact metric is compared, not tested: it has no share in the correction.
  const raw = pairs.map(({ evidence, question, metric }) =>
    evidence === undefined || metric.exact === true ? undefined : failureP(evidence, question),
  );
  const tested = pairs.filter((_, i) => raw[i] !== undefined);
  const adjusted = new Map(holm(raw.filter((p) => p !== undefined)).map((p, i) => [tested[i], p]));
  return pairs.map((pair) => rowOf(context, pair, adjusted.get(pair)));
}

function pairsOf({ current, summary, against, mode, tolerance, exactTolerance }: RowContext): readonly Pair[] {
  const { session } = current;
  const skipped = new Set(summary.variants.flatMap(({ id, skipped: why }) => (why === undefined ? [] : [id])));
  if (against.kind === "variant" && skipped.has(against.id)) return [];
  const variants = session.variants.filter(
    ({ id, aaOf }) => aaOf === undefined && !skipped.has(id) && !(against.kind === "variant" && id === against.id),
  );
  const metrics = session.metrics.filter(({ kind }) => kind === "result");
  return metrics.flatMap((metric) =>
    variants.map(({ id }) => ({
      variant: id,
      baseline: against.kind === "variant" ? against.id : id,
      metric,
      evidence: pairEvidence(current, against, id, metric),
      question: { mode, tolerance: toleranceOf(metric, tolerance, exactTolerance), better: metric.better },
    })),
  );
}

function pairEvidence(current: SessionData, against: Against, variant: string, metric: MetricDefinition): Evidence | undefined {
  const { seed } = current.session.design;
  const ours = unitsOf(current.samples, variant, metric);
  if (against.kind === "variant") return evidenceOf(metric, "paired", [ours, unitsOf(current.samples, against.id, metric)], seed);
  const theirs = unitsOf(against.data.samples, variant, metric);
  return theirs.length === 0 ? undefined : evidenceOf(metric, "unpaired", [ours, theirs], seed);
}

function rowOf(context: RowContext, pair: Pair, adjustedP: number | undefined): GateRow {
  const { variant, baseline, metric, evidence, question } = pair;
  const floor = floorOfMetric(context, variant, metric);
  const armed = metric.exact === true || (isQuiet(floor, context.tolerance) && context.summary.state.status !== "noisy");
  const known = { variant, baseline, metric, floor, armed, ...medians(context, pair) };
  if (evidence === undefined) return { ...known, ...nothing, sentence: noBaselineSentence(pair) };
  const verdict: GateVerdict = context.invalid ? "INVALID" : outcome(metric, evidence, adjustedP, question);
  const needed = verdict === "INVALID" ? undefined : neededOf(context, { ...known, verdict }, evidence, question);
  const { spread: _spread, p: _p, ...figures } = evidence;
  const found = { ...known, ...figures, adjustedP, verdict, blocksNeeded: needed };
  return { ...found, sentence: sentenceOf(found, question) };
}

function outcome({ exact }: MetricDefinition, evidence: Evidence, adjustedP: number | undefined, question: Question): Outcome {
  return exact === true ? outcomeOf(evidence.interval, question) : decide(evidence, adjustedP, question);
}

/** Blocks for a decision: those that arm the comparison, those that tell, or the larger number. */
function neededOf(
  { summary, tolerance }: RowContext,
  { armed, floor, metric, verdict }: Pick<GateRow, "armed" | "floor" | "metric" | "verdict">,
  evidence: Evidence,
  question: Question,
): GateRow["blocksNeeded"] {
  const pairs = summary.metrics.find(({ definition }) => definition.name === metric.name)?.aa?.pairs;
  const arm = !armed && floor?.source === "session" && pairs !== undefined ? blocksToArm(floor.value, pairs, tolerance) : 0;
  const tell = verdict === "INCONCLUSIVE" ? blocksNeeded(evidence, question) : 0;
  if (tell === undefined || arm === "unreachable" || tell === "unreachable") return tell && "unreachable";
  return Math.max(arm, tell) || undefined;
}

const nothing = {
  design: "unpaired",
  n: 0,
  baselineN: 0,
  ratio: undefined,
  interval: undefined,
  bootstrap: undefined,
  cliffsDelta: 0,
  adjustedP: undefined,
  verdict: "NO-BASELINE",
  blocksNeeded: undefined,
} as const;

function medians({ current, against }: RowContext, { variant, baseline, metric }: Pair) {
  const other = against.kind === "variant" ? current : against.data;
  const of = (data: SessionData, id: string) => median(valuesOf(countedUnits(metric, unitsOf(data.samples, id, metric))));
  return { median: of(current, variant), baselineMedian: of(other, baseline) };
}
