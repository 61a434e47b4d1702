import type { SessionData } from "../results/schema.ts";
import { sessionState } from "../statistics/summarise.ts";
import type { Reason } from "../statistics/summary.ts";
import { fingerprintDifferences } from "./fingerprint.ts";
import type { FingerprintDifference } from "./result.ts";
import type { Against } from "./rows.ts";
import { withTolerance } from "./tolerance.ts";

/** A baseline, or why there is none; `differences` from the newest session that would otherwise have been one. */
export type BaselineChoice =
  | Against
  | { readonly kind: "none"; readonly reason: Reason; readonly differences: readonly FingerprintDifference[] };

/**
 * The baseline of a session among earlier ones of the same stack and benchmark, newest first: the newest that is complete, valid, was not
 * measured with `noisyHost`, and has the same fingerprint.
 */
export function chooseBaseline(
  current: SessionData,
  earlier: Iterable<SessionData>,
  expected: readonly string[] = [],
  tolerance?: number,
): BaselineChoice {
  let nearest: { readonly id: string; readonly differences: readonly FingerprintDifference[] } | undefined;
  for (const data of earlier) {
    if (unfit(data, tolerance) !== undefined) continue;
    const differences = fingerprintDifferences(current, data, expected);
    if (differences.every((difference) => difference.expected)) return { kind: "session", data };
    nearest ??= { id: data.session.id, differences };
  }
  const { stack, benchmark } = current.session;
  const detail =
    nearest === undefined
      ? `there is no earlier complete and valid session of ${stack}/${benchmark}`
      : `no earlier session of ${stack}/${benchmark} has the same fingerprint; the newest, ${nearest.id}, differs as listed`;
  return { kind: "none", reason: { rule: "no-baseline", detail }, differences: nearest?.differences ?? [] };
}

/** A session the user named. Where its environment differs that is for the gate to say; where it can be no baseline at all it is none. */
export function namedBaseline(data: SessionData, tolerance?: number): BaselineChoice {
  const why = unfit(data, tolerance);
  if (why === undefined) return { kind: "session", data };
  return { kind: "none", reason: { rule: "no-baseline", detail: `${data.session.id} is no baseline: ${why}` }, differences: [] };
}

/** Why a session can be nobody's baseline; its A/A pair is held to the tolerance that is asked, or to its own. */
function unfit(data: SessionData, tolerance: number | undefined): string | undefined {
  const state = sessionState(withTolerance(data, tolerance));
  return state.status === "valid" ? undefined : state.reasons.map(({ detail }) => detail).join("; ");
}
