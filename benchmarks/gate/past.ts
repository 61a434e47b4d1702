import { type LeaveOut, sessionsBefore } from "../results/earlier.ts";
import type { SessionData } from "../results/schema.ts";
import { resultEstimates, sessionState } from "../statistics/summarise.ts";
import type { Estimate, SessionState } from "../statistics/summary.ts";
import { type AaObservation, aaObservations } from "./noise-floor.ts";

/** What is said of an earlier session: some kilobytes in the place of its samples, of which a long history has hundreds of megabytes. */
export interface PastSession extends Pick<SessionData, "session" | "environments"> {
  /** Whether a conclusion may be drawn from it. */
  readonly status: SessionState["status"];
  /** Its A/A pairs, for the noise floor. */
  readonly observations: readonly AaObservation[];
  /** Of every variant, by name of the result metric. */
  readonly estimates: ReadonlyMap<string, readonly Estimate[]>;
}

/** Sessions that are looked back on: twice those a noise floor rests on, since not all are of one class of host. */
const MOST = 40;

export function pastOf(data: SessionData): PastSession {
  const { session, environments } = data;
  const { status } = sessionState(data);
  return { session, environments, status, observations: aaObservations(data), estimates: resultEstimates(data) };
}

/**
 * What report and gate know of a benchmark's past, oldest first: the newest complete sessions before this one. Samples are read one session at
 * a time and let go of again. `leaveOut` is told of damaged ones.
 */
export function pastSessions(root: string, current: SessionData, leaveOut?: LeaveOut): readonly PastSession[] {
  const newest: PastSession[] = [];
  for (const data of sessionsBefore(root, current, leaveOut)) {
    newest.unshift(pastOf(data));
    if (newest.length === MOST) break;
  }
  return newest;
}
