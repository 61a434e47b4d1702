import type { Sample, Session } from "../results/schema.ts";
import { pairedEstimate } from "../statistics/paired.ts";
import { logDifferences, unitsOf } from "../statistics/units.ts";
import { lostVariants } from "./lost.ts";
import { primaryOf } from "./primary.ts";

/** Half the width of the 95 % interval of ln(variant / baseline), by variant; null where there is none yet. */
export function halfWidths(session: Session, samples: readonly Sample[]): Readonly<Record<string, number | null>> {
  const primary = primaryOf(session);
  if (primary === undefined) return {};
  const units = (variant: string) => unitsOf(samples, variant, primary);
  const skipped = new Set(samples.flatMap(({ variant, validity }) => (validity.status === "skipped" ? [variant] : [])));
  const lost = new Set(lostVariants(samples));
  const others = session.variants.filter(({ id, aaOf }) => id !== session.baseline && !skipped.has(aaOf ?? id) && !lost.has(id));
  return Object.fromEntries(
    others.map(({ id }) => [id, halfWidth(pairedEstimate(logDifferences(units(id), units(session.baseline)))?.interval)]),
  );
}

function halfWidth(interval: { readonly low: number; readonly high: number } | undefined): number | null {
  const half = interval === undefined ? Number.NaN : (interval.high - interval.low) / 2;
  return Number.isFinite(half) ? half : null;
}
