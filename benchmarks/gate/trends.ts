import type { MetricDefinition, SessionData } from "../results/schema.ts";
import { type ChangePoint, changePoints } from "../statistics/change-points.ts";
import { toleranceOf } from "../statistics/exact.ts";
import type { SessionSummary } from "../statistics/summary.ts";
import { fingerprintDifferences } from "./fingerprint.ts";
import { type AaObservation, floorOfMetric } from "./noise-floor.ts";
import type { PastSession } from "./past.ts";

/** A change of level in the history of one variant and metric. Advisory: no verdict rests on it. */
export interface Trend {
  readonly advisory: true;
  readonly variant: string;
  readonly metric: string;
  /** The first session at the new level. */
  readonly session: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Medians of the sessions' medians before and after, base units. */
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
  /** Of the hypothesis that the sessions are in no order (permutation test). */
  readonly p: number;
  /** Relative change below which nothing is said: the noise floor, or the tolerance where none is known. */
  readonly magnitude: number;
  /** Valid sessions in the series. */
  readonly sessions: number;
  /** The session with which it could first be told. */
  readonly foundWith: string;
  /** That is the session reported: a change is news once. */
  readonly isNew: boolean;
  /** Fingerprint facts that differ from the session before. */
  readonly changedFacts: readonly string[];
}

/** A session and what was measured before it, oldest first. */
export interface Past {
  readonly current: SessionData;
  readonly summary: SessionSummary;
  readonly earlier: readonly PastSession[];
  readonly history: readonly AaObservation[];
}

/** A session as a point of a series. */
type Point = Pick<PastSession, "session" | "environments" | "status" | "estimates">;

/** Changes of level of all result metrics, by variant. Sessions that are not valid or were measured with `noisyHost` have no part in it. */
export function trendsOf(past: Past): readonly Trend[] {
  const valid = [...past.earlier, pointOf(past)].filter(({ status }) => status === "valid");
  const results = past.current.session.metrics.filter(({ kind }) => kind === "result");
  const variants = past.current.session.variants.filter(({ aaOf }) => aaOf === undefined);
  return results.flatMap((metric) => variants.flatMap(({ id }) => trendsOfSeries(past, valid, id, metric)));
}

/** The session itself, from the summary that was made of it already. */
function pointOf({ current: { session, environments }, summary }: Past): Point {
  const estimates = new Map(summary.metrics.map((metric) => [metric.definition.name, metric.estimates]));
  return { session, environments, status: summary.state.status, estimates };
}

/** Sessions that lack the variant, or most of whose samples failed, have no figure and are not in its series. */
function trendsOfSeries(past: Past, valid: readonly Point[], variant: string, definition: MetricDefinition): readonly Trend[] {
  const series = valid
    .map((session) => ({ session, value: medianOf(session, variant, definition) }))
    .filter(({ value }) => Number.isFinite(value));
  const magnitude = floorOfMetric(past, variant, definition)?.value ?? toleranceOf(definition, past.summary.tolerance);
  const found = changePoints(
    series.map(({ value }) => value),
    { magnitude, seed: past.current.session.design.seed },
  );
  const sessions = series.map(({ session }) => session);
  const place = { advisory: true, variant, metric: definition.name, magnitude } as const;
  return found.flatMap((point) => trendAt(point, sessions, past.current)).map((trend) => ({ ...place, ...trend }));
}

function trendAt(
  { index, found, before, after, ratio, p }: ChangePoint,
  sessions: readonly Point[],
  current: SessionData,
): readonly Omit<Trend, "advisory" | "variant" | "metric" | "magnitude">[] {
  const [last, first, told] = [sessions[index - 1], sessions[index], sessions[found]];
  if (last === undefined || first === undefined || told === undefined) return [];
  const { id: session, startedAt } = first.session;
  return [
    {
      ...{ session, startedAt, from: before, to: after, ratio, p },
      ...{ sessions: sessions.length, foundWith: told.session.id, isNew: told.session === current.session },
      changedFacts: [...new Set(fingerprintDifferences(first, last, []).map(({ fact }) => fact))],
    },
  ];
}

function medianOf({ estimates }: Point, variant: string, { name }: MetricDefinition): number {
  return estimates.get(name)?.find((estimate) => estimate.variant === variant)?.median ?? Number.NaN;
}
