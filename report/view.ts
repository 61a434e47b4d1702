import { posix } from "node:path";
import type { PastSession } from "../benchmarks/gate/index.ts";
import type { MetricDefinition, SampleSeries, SessionData } from "../benchmarks/index.ts";
import type { Estimate, MetricSummary } from "../benchmarks/statistics/index.ts";
import { type Derived, derivedOf } from "./derived.ts";
import { type Scale, scaleFor } from "./format.ts";

/** Written wherever a number from an emulated machine is shown. */
export const EMULATED = "emulated: not comparable with hardware";

/** A session with what is read only for the page. */
export interface ReportSession extends SessionData {
  /** What was seen inside each sample, by its sequence. */
  readonly series?: ReadonlyMap<number, SampleSeries["series"]>;
  /** Complete sessions of the same stack and benchmark before it, oldest first. */
  readonly earlier?: readonly PastSession[];
}

/** One session with everything derived from it once. */
export interface SessionView extends Derived {
  readonly data: ReportSession;
  /** Used in element ids. */
  readonly key: string;
  /** From the page to the session's directory. */
  readonly link: string;
  readonly primary: MetricSummary | undefined;
  readonly results: readonly MetricSummary[];
  /** Those that a variant has; some come in one series only. */
  readonly phases: readonly MetricSummary[];
  readonly diagnostics: readonly MetricSummary[];
}

export interface ReportView {
  readonly title: string;
  readonly sessions: readonly SessionView[];
}

/** `directory` of the page and of the sessions: both relative to the project's root, or both absolute. */
export function viewOf(
  sessions: readonly ReportSession[],
  options: { readonly title: string; readonly directory: string },
): ReportView {
  return {
    title: options.title,
    sessions: sessions.map((data, index) => sessionView(data, `s${index + 1}`, options.directory)),
  };
}

function sessionView(data: ReportSession, key: string, directory: string): SessionView {
  const derived = derivedOf(data);
  const { summary } = derived;
  const ofKind = (kind: MetricDefinition["kind"]) => summary.metrics.filter(({ definition }) => definition.kind === kind);
  return {
    ...derived,
    data,
    key,
    link: posix.relative(directory, data.directory),
    primary: summary.metrics.find(({ definition }) => definition.primary),
    results: ofKind("result"),
    phases: ofKind("phase").filter((metric) => measured(metric).length > 0),
    diagnostics: ofKind("diagnostic"),
  };
}

/** What stands behind every caption of numbers from an emulated machine. */
export function markOf({ summary }: SessionView): string {
  return summary.comparability.emulated ? ` (${EMULATED})` : "";
}

/** One scale for all values of a metric. */
export function scaleOf({ definition, estimates }: MetricSummary): Scale {
  return scaleFor(
    definition.unit,
    estimates.map(({ median }) => median),
  );
}

/** Seconds below which a value of this variant says nothing: the median bracket of polled starts, 0 where there was no polling. */
export function resolutionOf({ summary }: SessionView, definition: MetricDefinition, variant: string): number {
  if (definition.unit !== "s") return 0;
  const bracket = summary.metrics.find((metric) => metric.definition.name === "bracket");
  const median = bracket?.estimates.find((estimate) => estimate.variant === variant)?.median ?? 0;
  return Number.isFinite(median) ? median : 0;
}

/** Variants with at least one counted sample. */
export function measured(metric: MetricSummary): readonly Estimate[] {
  return metric.estimates.filter(({ n }) => n > 0);
}

/** Variants that have a phase, in the session's order. */
export function phasedVariants({ summary, phases }: SessionView): readonly string[] {
  const found = new Set(phases.flatMap((phase) => measured(phase).map(({ variant }) => variant)));
  return summary.variants.flatMap(({ id }) => (found.has(id) ? [id] : []));
}

/** Title of the test, with the benchmark's own name where it says more. */
export function headingOf({ data }: SessionView): string {
  const { title, benchmark, test } = data.session;
  return benchmark === test ? title : `${title}: ${benchmark}`;
}
