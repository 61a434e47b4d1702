import type { SessionData } from "../results/schema.ts";

/**
 * A session as if it had been planned with another tolerance: what is asked then holds for its A/A pair and its comparisons, too. The
 * session itself where nothing else is asked.
 */
export function withTolerance(data: SessionData, tolerance: number | undefined): SessionData {
  const { session } = data;
  if (tolerance === undefined || tolerance === session.design.tolerance) return data;
  return { ...data, session: { ...session, design: { ...session.design, tolerance } } };
}
