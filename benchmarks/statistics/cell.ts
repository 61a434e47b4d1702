import type { Sample } from "../results/schema.ts";
import type { CellState } from "./summary.ts";

/**
 * What became of a variant, from its samples in run order. Where it has no figure the newest sample says why; a variant that broke down
 * at the end and was not measured to it says so even where it has some.
 */
export function cellOf(samples: readonly Sample[], skipped: string | undefined): CellState {
  if (skipped !== undefined) return { state: "skipped", cause: skipped };
  const measured = samples.filter(({ role }) => role !== "calibration");
  const newest = measured.at(-1)?.validity;
  if (newest?.status === "infra-error") return { state: "infra-error", cause: newest.cause };
  const figures = measured.some(
    ({ role, validity: { status } }) => role === "measured" && (status === "valid" || status === "disturbed"),
  );
  if (figures) return { state: "passed" };
  if (newest === undefined) return { state: "invalid", cause: "it was not measured" };
  if (newest.status === "failed") return { state: "failed", cause: newest.cause };
  const reasons = newest.status === "invalid" ? newest.reasons.map(({ detail }) => detail) : ["only its warm-up was measured"];
  return { state: "invalid", cause: reasons.join("; ") };
}
