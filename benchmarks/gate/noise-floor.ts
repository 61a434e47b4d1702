import type { MetricDefinition, Session, SessionData } from "../results/schema.ts";
import { aaResult } from "../statistics/compare.ts";
import type { AaResult, SessionSummary } from "../statistics/summary.ts";
import { unitsOf } from "../statistics/units.ts";
import { hostClass } from "./fingerprint.ts";
import type { NoiseFloor } from "./result.ts";

/** Sessions looked back on, and the number of them from which their spread is better than one session's interval. */
const HISTORY_SESSIONS = 20;
const ENOUGH = 10;

/** What one session's A/A pair showed for one metric. */
export interface AaObservation {
  readonly session: string;
  /** What was measured: `seriesOf` the session. */
  readonly series: string;
  readonly metric: string;
  /** `hostClass` of the host it was measured on. */
  readonly hostClass: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** |ln ratio| of the baseline against itself. */
  readonly distance: number;
}

/**
 * What is known of a benchmark's noise: the A/A pairs of a session and of those before it. Page and gate both learn it here, so that they
 * cannot disagree.
 */
export function historyOf(
  current: SessionData,
  earlier: readonly { readonly observations: readonly AaObservation[] }[],
): readonly AaObservation[] {
  return [...earlier.flatMap(({ observations }) => observations), ...aaObservations(current)];
}

/** A/A pairs of a session, for the history. `noisyHost` and unfinished sessions teach nothing about a quiet host. */
export function aaObservations(data: SessionData): readonly AaObservation[] {
  const { session } = data;
  if (session.outcome !== "complete" || session.design.noisyHost) return [];
  return session.metrics.flatMap((definition) => {
    const units = new Map(session.variants.map(({ id }) => [id, unitsOf(data.samples, id, definition)]));
    const { metric, ratio } = aaResult(session, { definition, units }) ?? { metric: definition.name, ratio: undefined };
    if (ratio === undefined || !Number.isFinite(Math.log(ratio))) return [];
    const place = { session: session.id, series: seriesOf(session), metric, startedAt: session.startedAt };
    return [{ ...place, hostClass: hostClass(data, session.baseline), distance: Math.abs(Math.log(ratio)) }];
  });
}

/**
 * The same benchmark with the same parameters, as text. One test is not one series: every command has its own noise, and so have 1 and 4
 * threads, and a warm and a cold start.
 */
function seriesOf({ stack, benchmark, test, parameters }: Session): string {
  const given = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([stack, benchmark, test, given]);
}

/** The floor of one metric of one variant, from what the session and those before it showed. Noise is no matter of exact metrics. */
export function floorOfMetric(
  known: { readonly current: SessionData; readonly summary: SessionSummary; readonly history: readonly AaObservation[] },
  variant: string,
  { name, exact }: MetricDefinition,
): NoiseFloor | undefined {
  if (exact === true) return undefined;
  const { current, summary, history } = known;
  const own = summary.metrics.find(({ definition }) => definition.name === name)?.aa;
  return noiseFloor(history, { series: seriesOf(current.session), metric: name, hostClass: hostClass(current, variant) }, own);
}

/** Whether a gate may be armed: the floor is known and at most half the tolerance. */
export function isQuiet(floor: NoiseFloor | undefined, tolerance: number): boolean {
  return floor !== undefined && floor.value <= tolerance / 2;
}

/**
 * The relative change that cannot be told from noise: the 95th percentile of the A/A distances of the last 20 sessions on this class of
 * host, or half the A/A interval of this session until there are 10. `undefined` without an A/A pair: then no gate is armed.
 */
function noiseFloor(
  history: readonly AaObservation[],
  place: Pick<AaObservation, "series" | "metric" | "hostClass">,
  own: AaResult | undefined,
): NoiseFloor | undefined {
  const distances = history
    .filter(({ series, metric }) => series === place.series && metric === place.metric)
    .filter((observation) => observation.hostClass === place.hostClass)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    .slice(0, HISTORY_SESSIONS)
    .map(({ distance }) => distance)
    .sort((a, b) => a - b);
  const high = distances[Math.ceil(0.95 * distances.length) - 1];
  if (distances.length >= ENOUGH && high !== undefined)
    return { value: Math.expm1(high), source: "history", sessions: distances.length };
  return own?.noiseFloor === undefined ? undefined : { value: own.noiseFloor, source: "session", sessions: 1 };
}
