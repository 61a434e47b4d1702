import { z } from "zod";
import type { Place } from "../define.ts";
import { type Density, densityEnds } from "../harness/density.ts";
import { DRAIN_SECONDS } from "../harness/load/generate.ts";
import type { NoService } from "../harness/service.ts";
import { bytes, count } from "../metric.ts";
import { REMOVAL_SECONDS, requestOf, type sentRequest, type servedImage, type servedOrder } from "../served.ts";

/** How many containers fit on the host, each with the load of the test. */
export const densityParameters = z.strictObject({
  /** Seconds: above this p95 of all requests the containers count as too many. */
  p95Limit: z.number().positive().max(60).default(0.1),
  /** Containers added before each window. */
  step: z.int().min(1).max(100).default(1),
  maximum: z.int().min(1).max(500).default(50),
  /** Seconds of each window. */
  seconds: z.number().min(1).max(600).default(10),
  /** Bytes of MemAvailable below which no container is added. */
  availableFloor: z.int().nonnegative().default(268_435_456),
  /** Seconds after which no container is added. */
  budgetSeconds: z.number().positive().max(7200).default(600),
});

export const densityMetrics = {
  containers: count("higher", "containers that fit"),
  densityHost: bytes("lower", "host in use with the containers that fit", { kind: "diagnostic" }),
};

type Given = z.output<z.ZodObject<typeof servedImage & typeof sentRequest>> & { readonly rate: number };
type Container = Exclude<ReturnType<typeof servedOrder>, string>;

/** Seconds of load before each window. */
const WARMUP = 1;

export async function readDensity(
  harness: Place["harness"],
  container: Container,
  given: Given,
  { seconds, ...wanted }: z.output<typeof densityParameters>,
): Promise<Density | NoService> {
  const load = {
    rate: given.rate,
    ...requestOf(given),
    duration: seconds,
    warmup: WARMUP,
    profile: "constant",
    seed: 1,
  } as const;
  // The last container may be begun right before the budget ends; all are removed one after the other.
  const last = wanted.step * given.timeoutSeconds + seconds + WARMUP + DRAIN_SECONDS;
  const most = wanted.budgetSeconds + last + wanted.maximum * REMOVAL_SECONDS;
  return await harness.request("density", { ...container, ...wanted, load }, { timeoutSeconds: most });
}

/** What of it goes into a sample: the count, why it ended (`density.end.p95` and so on are 1 or 0), and every step. Pure. */
export function densityFigures({ fit, end, steps, limits }: Density) {
  const host = steps.findLast(({ containers }) => containers === fit)?.host;
  return {
    values: { containers: fit, ...(host === undefined ? {} : { densityHost: host }) },
    conditions: {
      ...limits.conditions,
      ...Object.fromEntries(densityEnds.map((name) => [`density.end.${name}`, name === end ? 1 : 0])),
    },
    series: {
      "density.containers": steps.map(({ containers }) => containers),
      // Only the last step can be without one.
      "density.p95": steps.flatMap(({ p95 }) => p95 ?? []),
      "density.host": steps.map(({ host: used }) => used),
    },
  };
}
