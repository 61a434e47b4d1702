import type { SessionData } from "../results/schema.ts";
import { aaResult } from "../statistics/compare.ts";
import type { AaResult } from "../statistics/summary.ts";
import { unitsOf } from "../statistics/units.ts";
import { hostClass } from "./fingerprint.ts";
import type { NoiseFloor } from "./result.ts";

/** Sessions looked back on, and the number of them from which their spread is better than one session's interval. */
export const HISTORY_SESSIONS = 20;
const ENOUGH = 10;

/** What one session's A/A pair showed for one metric. */
export interface AaObservation {
  readonly session: string;
  readonly test: string;
  readonly metric: string;
  /** `hostClass` of the host it was measured on. */
  readonly hostClass: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** |ln ratio| of the baseline against itself. */
  readonly distance: number;
}

/** A/A pairs of a session, for the history. `noisyHost` and unfinished sessions teach nothing about a quiet host. */
export function aaObservations(data: SessionData): readonly AaObservation[] {
  const { session } = data;
  if (session.outcome !== "complete" || session.design.noisyHost) return [];
  return session.metrics.flatMap((definition) => {
    const units = new Map(session.variants.map(({ id }) => [id, unitsOf(data.samples, id, definition)]));
    const { metric, ratio } = aaResult(session, { definition, units }) ?? { metric: definition.name, ratio: undefined };
    if (ratio === undefined || !Number.isFinite(Math.log(ratio))) return [];
    const place = { session: session.id, test: session.test, metric, startedAt: session.startedAt };
    return [{ ...place, hostClass: hostClass(data, session.baseline), distance: Math.abs(Math.log(ratio)) }];
  });
}

/**
 * The relative change that cannot be told from noise: the 95th percentile of the A/A distances of the last 20 sessions on this class of
 * host, or half the A/A interval of this session until there are 10. `undefined` without an A/A pair: then no gate is armed.
 */
export function noiseFloor(
  history: readonly AaObservation[],
  place: Pick<AaObservation, "test" | "metric" | "hostClass">,
  own: AaResult | undefined,
): NoiseFloor | undefined {
  const distances = history
    .filter(({ test, metric }) => test === place.test && metric === place.metric)
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
