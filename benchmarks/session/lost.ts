import type { Sample } from "../results/schema.ts";

/** Variants whose newest sample says that something else broke: after it, blocks went on without them. */
export function lostVariants(samples: readonly Sample[]): readonly string[] {
  const newest = new Map(samples.filter(({ role }) => role !== "calibration").map((sample) => [sample.variant, sample]));
  return [...newest].flatMap(([variant, { validity }]) => (validity.status === "infra-error" ? [variant] : []));
}
