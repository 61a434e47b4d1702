import type { Sample, SessionData } from "../results/schema.ts";
import { medianInterval } from "../statistics/estimate.ts";
import type { Reason } from "../statistics/summary.ts";
import { controlSpeeds } from "../statistics/units.ts";

/**
 * The fixed computation before each sample, which no change of the system under test should affect: where a host runs it at another
 * speed than the baseline's host did, by more than half the tolerance, the two sessions had different machines under them.
 */
export function controlDrift(current: SessionData, baseline: SessionData, tolerance: number): readonly Reason[] {
  const hosts = [...new Set(current.session.variants.map(({ host }) => host))];
  return hosts.flatMap((host) => {
    const [ours, theirs] = [speed(current, host), speed(baseline, host)];
    if (ours === undefined || theirs === undefined) return [];
    const bound = 1 + tolerance / 2;
    const apart = ours.low / theirs.high > bound || theirs.low / ours.high > bound;
    if (!apart) return [];
    const change = 100 * (centre(ours) / centre(theirs) - 1);
    const detail = `${host} runs the control computation ${Math.abs(change).toFixed(1)} % ${change < 0 ? "slower" : "faster"} than in the baseline`;
    return [{ rule: "drift-control", detail }];
  });
}

/** Interval of the median speed, in rounds per second. */
function speed({ session, samples }: SessionData, host: string) {
  const ids = new Set(session.variants.filter((variant) => variant.host === host).map(({ id }) => id));
  const own = samples.filter((sample: Sample) => ids.has(sample.variant));
  const rounds = own.find(({ conditions }) => conditions["control.count"] !== undefined)?.conditions["control.count"];
  return rounds === undefined ? undefined : medianInterval(controlSpeeds(own, rounds));
}

function centre({ low, high }: { readonly low: number; readonly high: number }): number {
  return Math.sqrt(low * high);
}
