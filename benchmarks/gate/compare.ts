import type { MetricDefinition, SessionData } from "../results/schema.ts";
import { median } from "../statistics/estimate.ts";
import { countedUnits, toleranceOf } from "../statistics/exact.ts";
import { holm } from "../statistics/holm.ts";
import { skips } from "../statistics/state.ts";
import { summarise } from "../statistics/summarise.ts";
import type { Interval, Reason, SessionSummary, VerdictKind } from "../statistics/summary.ts";
import { type Unit, unitsOf, valuesOf } from "../statistics/units.ts";
import { judge } from "../statistics/verdict.ts";
import { controlDrift } from "./control-drift.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { fingerprintDifferences, hardwareDifferences } from "./fingerprint.ts";
import type { Design, FingerprintDifference } from "./result.ts";

/** One metric of two sides; ratio = b / a. */
export interface ComparisonRow {
  /** Variants; the same on both sides where sessions are compared. */
  readonly a: string;
  readonly b: string;
  readonly metric: MetricDefinition;
  readonly design: Design;
  readonly n: number;
  readonly baselineN: number;
  readonly medianA: number;
  readonly medianB: number;
  readonly ratio: number | undefined;
  readonly interval: Interval | undefined;
  readonly cliffsDelta: number;
  readonly adjustedP: number | undefined;
  readonly verdict: VerdictKind;
  readonly word: string;
  readonly sentence: string;
}

export interface ComparisonResult {
  readonly kind: "sessions" | "variants";
  readonly a: string;
  readonly b: string;
  /** Of two variants: the session both were measured in. */
  readonly session: string | undefined;
  readonly title: string;
  readonly tolerance: number;
  readonly emulated: boolean;
  /** False: figures only, no verdict; `reasons` and `differences` say why. */
  readonly comparable: boolean;
  readonly reasons: readonly Reason[];
  /** Variants of either side that its host can't do: they have no rows. */
  readonly skipped: readonly string[];
  /** Of two variants: hardware facts alone, which make the row confounded, not void. */
  readonly differences: readonly FingerprintDifference[];
  readonly rows: readonly ComparisonRow[];
}

interface Raw {
  readonly sides: readonly [string, string];
  /** Of the sides in a sentence. */
  readonly names: readonly [string, string];
  readonly metric: MetricDefinition;
  readonly evidence: Evidence;
  readonly medians: readonly [number, number];
}

/** Session b against session a, for every variant and result metric both have. No verdict where the environments differ. */
export function compareSessions(a: SessionData, b: SessionData): ComparisonResult {
  const { tolerance, seed } = b.session.design;
  const differences = fingerprintDifferences(b, a, []);
  const summaries = [summarise(a), summarise(b)];
  const reasons = [...summaries.flatMap(problemsOf), ...controlDrift(b, a, tolerance)];
  const skipped = summaries.flatMap(({ variants }) => skips(variants));
  const ids = b.session.variants.filter(
    ({ id, aaOf }) =>
      aaOf === undefined && a.session.variants.some((other) => other.id === id) && !skipped.some(({ variant }) => variant === id),
  );
  const raw = resultMetrics(b).flatMap((metric) =>
    ids.flatMap(({ id }) => {
      const [theirs, ours] = [unitsOf(a.samples, id, metric), unitsOf(b.samples, id, metric)];
      return [
        {
          sides: [id, id] as const,
          names: ["the first", `${id} in the second session`] as const,
          metric,
          evidence: evidenceOf(metric, "unpaired", [ours, theirs], seed),
          medians: mediansOf(metric, theirs, ours),
        },
      ];
    }),
  );
  const comparable = differences.length === 0 && reasons.length === 0;
  const emulated = [a, b].some((data) => data.environments.some((environment) => environment.emulated));
  const head = { kind: "sessions", a: a.session.id, b: b.session.id, session: undefined, title: b.session.title } as const;
  const rest = { reasons, skipped: textsOf(skipped), differences, rows: rowsOf(raw, tolerance, comparable) };
  return { ...head, tolerance, emulated, comparable, ...rest };
}

/** Variant b against variant a of one session, in blocks. */
export function compareVariants(data: SessionData, a: string, b: string): ComparisonResult {
  const { session, samples, environments } = data;
  const { tolerance, seed } = session.design;
  const summary = summarise(data);
  const skipped = skips(summary.variants).filter(({ variant }) => variant === a || variant === b);
  const metrics = skipped.length === 0 ? resultMetrics(data) : [];
  const raw = metrics.map((metric) => {
    const [theirs, ours] = [unitsOf(samples, a, metric), unitsOf(samples, b, metric)];
    const evidence = evidenceOf(metric, "paired", [ours, theirs], seed);
    return { sides: [a, b] as const, names: [a, b] as const, metric, evidence, medians: mediansOf(metric, theirs, ours) };
  });
  const reasons = problemsOf(summary);
  const comparable = reasons.length === 0;
  const emulated = environments.some((environment) => environment.emulated);
  const head = { kind: "variants", a, b, session: session.id, title: session.title } as const;
  const found = { differences: hardwareDifferences(data, b, a), rows: rowsOf(raw, tolerance, comparable) };
  return { ...head, tolerance, emulated, comparable, reasons, skipped: textsOf(skipped), ...found };
}

/** Each text once: both sides may say the same. */
function textsOf(skipped: readonly Reason[]): readonly string[] {
  return [...new Set(skipped.map(({ detail }) => detail))];
}

function mediansOf(metric: MetricDefinition, a: readonly Unit[], b: readonly Unit[]): readonly [number, number] {
  return [median(valuesOf(countedUnits(metric, a))), median(valuesOf(countedUnits(metric, b)))];
}

function resultMetrics({ session }: SessionData): readonly MetricDefinition[] {
  return session.metrics.filter(({ kind }) => kind === "result");
}

/** Why nobody may draw a conclusion from a session. A noisy one may be looked at. */
function problemsOf({ state, session }: SessionSummary): readonly Reason[] {
  if (state.status !== "invalid") return [];
  return state.reasons.map(({ rule, detail }) => ({ rule, detail: `${session}: ${detail}` }));
}

function rowsOf(raw: readonly Raw[], tolerance: number, comparable: boolean): readonly ComparisonRow[] {
  const p = raw.map(({ evidence }) => evidence.p(1));
  const tested = raw.filter((_, i) => p[i] !== undefined);
  const adjusted = new Map(holm(p.filter((value) => value !== undefined)).map((value, i) => [tested[i], value]));
  return raw.map((row) => rowOf(row, adjusted.get(row), tolerance, comparable));
}

function rowOf(raw: Raw, adjustedP: number | undefined, tolerance: number, comparable: boolean): ComparisonRow {
  const { sides, names, metric, evidence, medians } = raw;
  const { design, n, baselineN, ratio, interval, bootstrap, cliffsDelta } = evidence;
  const significant = metric.exact === true ? ratio !== 1 : adjustedP !== undefined && adjustedP < 0.05;
  const found = { pairs: Math.min(n, baselineN), ratio, interval, bootstrap, significant };
  const verdict = judge(metric, toleranceOf(metric, tolerance), [names[1], names[0]], found);
  const figures = { design, n, baselineN, medianA: medians[0], medianB: medians[1], ratio, interval, cliffsDelta, adjustedP };
  const said = comparable ? verdict : { ...verdict, verdict: "cannot-tell" as const, word: "no verdict" };
  return { a: sides[0], b: sides[1], metric, ...figures, ...said };
}
