import type { MetricDefinition, Sample, Session, SessionData } from "../results/schema.ts";
import { cellOf } from "./cell.ts";
import { comparabilityOf } from "./comparability.ts";
import { aaResult, compareWithBaseline, type MetricUnits } from "./compare.ts";
import { DRIFT_LIMIT, lag1 } from "./diagnostics.ts";
import { median, medianInterval } from "./estimate.ts";
import { countedUnits, exactInterval } from "./exact.ts";
import { flaggedSamples } from "./flagged.ts";
import { friedman } from "./friedman.ts";
import { stateOf } from "./state.ts";
import type {
  AaResult,
  Comparison,
  Counts,
  Estimate,
  MetricSummary,
  Overview,
  SessionState,
  SessionSummary,
  VariantSummary,
} from "./summary.ts";
import { byBlock, type Unit, unitsOf, valuesOf } from "./units.ts";

/**
 * The one function from raw samples to everything that is said about a session: stack outputs, terminal, page and gate all use it. The
 * order of `data.samples` does not matter.
 */
export function summarise(data: SessionData): SessionSummary {
  const { session } = data;
  const samples = [...data.samples].sort((a, b) => a.sequence - b.sequence);
  const units = session.metrics.map((definition) => metricUnits(session, samples, definition));
  const variants = variantsOf(data, samples);
  const aa = units.flatMap((metric) => aaResult(session, metric) ?? []);
  const state = stateOf(data, variants, aa);
  return {
    session: session.id,
    stack: session.stack,
    benchmark: session.benchmark,
    test: session.test,
    title: session.title,
    baseline: session.baseline,
    tolerance: session.design.tolerance,
    state,
    comparability: comparabilityOf(data),
    variants,
    metrics: metricsOf(withoutSkipped(session, variants), units, aa, state),
    flagged: flaggedSamples({ ...data, samples }),
  };
}

/** Whether a conclusion may be drawn from a session; cheaper than its summary, for a whole history. */
export function sessionState(data: SessionData): SessionState {
  const samples = [...data.samples].sort((a, b) => a.sequence - b.sequence);
  const aa = data.session.metrics.flatMap(
    (definition) => aaResult(data.session, metricUnits(data.session, samples, definition)) ?? [],
  );
  return stateOf(data, variantsOf(data, samples), aa);
}

/** Estimates of every variant by name of the result metrics; cheaper than a session's summary, for a whole history. */
export function resultEstimates({ session, samples }: SessionData): ReadonlyMap<string, readonly Estimate[]> {
  const results = session.metrics.filter(({ kind }) => kind === "result");
  return new Map(results.map((definition) => [definition.name, estimatesOf(metricUnits(session, samples, definition))]));
}

/** What a host can't do is compared with nothing, and nothing with it. */
function withoutSkipped(session: Session, variants: readonly VariantSummary[]): Session {
  const skipped = new Set(variants.flatMap(({ id, skipped: why }) => (why === undefined ? [] : [id])));
  const compared = skipped.has(session.baseline) ? [] : session.variants.filter(({ id }) => !skipped.has(id));
  return { ...session, variants: compared };
}

function metricUnits({ variants }: Session, samples: readonly Sample[], definition: MetricDefinition): MetricUnits {
  return { definition, units: new Map(variants.map(({ id }) => [id, unitsOf(samples, id, definition)])) };
}

/** Estimates of every variant; comparisons of those in `session`. */
function metricsOf(
  session: Session,
  units: readonly MetricUnits[],
  aa: readonly AaResult[],
  state: SessionState,
): readonly MetricSummary[] {
  const found = compareWithBaseline(session, units);
  const comparisons = state.status === "invalid" ? found.map(withoutVerdict) : found;
  return units.map((metric) => ({
    definition: metric.definition,
    estimates: estimatesOf(metric),
    comparisons: comparisons.filter((comparison) => comparison.metric === metric.definition.name),
    aa: aa.find((result) => result.metric === metric.definition.name),
    overview: overviewOf(session, metric),
  }));
}

/** Nobody draws a conclusion from an invalid session; the figures stay visible. */
function withoutVerdict(comparison: Comparison): Comparison {
  const sentence = `No verdict, because the session is invalid. ${comparison.sentence}`;
  return { ...comparison, verdict: "cannot-tell", word: "no verdict", sentence };
}

function estimatesOf({ definition, units }: MetricUnits): readonly Estimate[] {
  return [...units].map(([id, all]) => estimateOf(id, countedUnits(definition, all), definition));
}

function estimateOf(variant: string, units: readonly Unit[], { exact }: MetricDefinition): Estimate {
  const values = valuesOf(units);
  const r1 = lag1(values);
  return {
    variant,
    n: units.length,
    failed: units.filter((unit) => unit.failed).length,
    median: median(values),
    min: values.reduce((a: number, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: values.reduce((a: number, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    interval: exact === true ? exactInterval(values[0]) : medianInterval(values),
    lag1: r1,
    drift: r1 !== undefined && Math.abs(r1) > DRIFT_LIMIT,
  };
}

/** Friedman over the blocks in which every variant (without A/A labels) was measured. */
function overviewOf(session: Session, { definition, units }: MetricUnits): Overview | undefined {
  if (definition.kind !== "result") return undefined;
  const columns = session.variants.filter(({ aaOf }) => aaOf === undefined).map(({ id }) => byBlock(units.get(id) ?? []));
  const blocks = [...(columns[0]?.keys() ?? [])].sort((a, b) => a - b);
  const rows = blocks.map((block) => columns.flatMap((column) => column.get(block) ?? []));
  return friedman(
    rows.filter((row) => row.length === columns.length),
    session.design.seed,
  );
}

function variantsOf({ session, environments }: SessionData, samples: readonly Sample[]): readonly VariantSummary[] {
  const emulated = new Set(environments.filter((environment) => environment.emulated).map(({ host }) => host));
  return session.variants.map(({ id, host, labels, aaOf }) => ({
    id,
    host,
    labels,
    aaOf,
    emulated: emulated.has(host),
    skipped: skippedCause(samples, aaOf ?? id),
    cell: cellOf(
      samples.filter(({ variant }) => variant === id),
      skippedCause(samples, aaOf ?? id),
    ),
    counts: countsOf(samples.filter((sample) => sample.variant === id)),
  }));
}

function skippedCause(samples: readonly Sample[], variant: string): string | undefined {
  return samples.flatMap((sample) =>
    sample.variant === variant && sample.validity.status === "skipped" ? [sample.validity.cause] : [],
  )[0];
}

function countsOf(samples: readonly Sample[]): Counts {
  const measured = samples.filter((sample) => sample.role === "measured");
  const count = (status: Sample["validity"]["status"]) => measured.filter(({ validity }) => validity.status === status).length;
  const [invalid, infraErrors] = [count("invalid"), count("infra-error")];
  return {
    counted: measured.length - invalid - infraErrors - count("skipped"),
    valid: count("valid"),
    disturbed: count("disturbed"),
    invalid,
    failed: count("failed"),
    infraErrors,
    warmUps: samples.filter((sample) => sample.role === "warm-up").length,
  };
}
