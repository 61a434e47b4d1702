import { type BaselineChoice, type GateResult, gate } from "../../../benchmarks/gate/index.ts";
import type { SessionData } from "../../../benchmarks/index.ts";
import { type SyntheticOptions, syntheticSession } from "../../report/synthetic-session.ts";

/** Two quiet sessions a day apart: synthetic numbers, so that each verdict can be had. */
export function before(options: SyntheticOptions = {}): SessionData {
  const session = { id: "20260101T000000Z-s-cold-start", startedAt: "2026-01-01T00:00:00.000Z", ...options.session };
  return syntheticSession({ seed: 1, noise: 0.01, blockNoise: 0.01, ...options, session });
}

export function now(options: SyntheticOptions = {}): SessionData {
  const session = { id: "20260102T000000Z-s-cold-start", startedAt: "2026-01-02T00:00:00.000Z", ...options.session };
  return syntheticSession({ seed: 2, noise: 0.01, blockNoise: 0.01, ...options, session });
}

export function against(data: SessionData): BaselineChoice {
  return { kind: "session", data };
}

export function judged(
  current: SessionData,
  baseline: BaselineChoice,
  options: Partial<Omit<Parameters<typeof gate>[0], "current" | "baseline">> = {},
): GateResult {
  return gate({ current, baseline, history: [], mode: "regression", ...options });
}

/** Times of the four variants as factors, with one of them changed. */
export function times(change: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  return { "debian-13/docker": 1, "debian-13/podman": 1.14, "debian-testing/docker": 0.99, ...change };
}
