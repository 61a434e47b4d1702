import type { Benchmark } from "../define.ts";
import { ANSWER_SECONDS } from "../harness/client.ts";
import type { StartOverheads } from "../harness/overheads.ts";
import type { Sample } from "../results/schema.ts";
import type { SessionWriter } from "../results/writer.ts";
import { limits } from "../validity/limits.ts";
import { type SessionHost, sessionHost } from "./host.ts";
import { median } from "./median.ts";
import type { SessionPlace } from "./place.ts";
import type { SessionVariant } from "./plan.ts";
import { present } from "./present.ts";
import { refuseBusyHost } from "./quiet.ts";

/** Seconds over which a host at rest is looked at, and how long one that was just set up and has to be quiet may take to become so. */
const REST = { windowSeconds: 4, patience: 30 } as const;
/** Spawns of the engine's client per variant and starts of the null responder per host; emulated ones take seconds each. */
const REPEATS = {
  native: { spawns: 50, starts: { alone: 5, polled: 5 } },
  emulated: { spawns: 2, starts: { alone: 1, polled: 0 } },
} as const;

export interface Preparation {
  readonly host: SessionHost;
  /** Containers of an earlier, killed session that were removed. */
  readonly swept: readonly string[];
  /** What else uses a host that is measured all the same. */
  readonly busy: string | undefined;
}

/**
 * Once per host and session: clean, scale the control kernel, look at what else the host does; each variant's overheads are stored as
 * calibration samples. Rejects with `UserError` for a busy host unless `noisyHost`.
 */
export async function prepareHost(
  place: SessionPlace,
  options: {
    readonly emulated: boolean;
    readonly noisyHost: boolean;
    readonly benchmark: Pick<Benchmark, "calibrate">;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly variants: readonly SessionVariant[];
    readonly firstSequence: number;
    readonly now: () => Date;
    readonly writer: SessionWriter;
    /** Samples from before an interruption: the control computation stays the same one. */
    readonly earlier: readonly Sample[];
  },
): Promise<Preparation> {
  const { emulated, writer, now } = options;
  const { harness } = place;
  const starters = [...new Set(options.variants.flatMap(({ engine }) => (engine === undefined ? [] : [engine])))];
  const calibrated = await harness.request("calibrate", { starters }, { timeoutSeconds: 300 });
  const order = { limits, windowSeconds: REST.windowSeconds, timeoutSeconds: options.noisyHost ? 0 : REST.patience };
  const rest = await harness.request("rest", order, { timeoutSeconds: ANSWER_SECONDS });
  const busy = refuseBusyHost(harness.host, rest, options.noisyHost);
  const control = await controlOf(place, calibrated, options);
  place.calibrated(control.count);
  const { spawns, starts } = REPEATS[emulated ? "emulated" : "native"];
  const own = {
    ...startValues(await harness.request("start-overheads", starts, { timeoutSeconds: 300 })),
    ...(await options.benchmark.calibrate?.(place, options.parameters)),
  };
  const found = { "settle.floor": rest.pressure, "rest.steal": rest.steal, "rest.busy": rest.busy };
  const conditions = { "control.count": control.count, "control.seconds": control.seconds, ...found };
  for (const [index, variant] of options.variants.entries()) {
    const starter = variant.engine ?? "process";
    const clientSpawn = median(await harness.request("client-spawns", { starter, spawns }, { timeoutSeconds: 600 }));
    const values = present({ clientSpawn, ...own });
    writer.sample({ ...calibration(variant.id, options.firstSequence + index, now()), values, conditions });
  }
  const host = sessionHost(place, emulated, rest.pressure);
  for (const seconds of control.earlier) host.noteControl(seconds);
  return { host, swept: calibrated.swept, busy };
}

/** Medians in seconds, and by which share a start takes longer under the poller; nothing where there was none. */
export function startValues({ alone, polled }: StartOverheads): Readonly<Record<string, number | undefined>> {
  const [unobservedStart, observedStart] = [alone, polled].map((starts) => median(starts.map(({ start }) => start)));
  const both = unobservedStart !== undefined && observedStart !== undefined;
  return {
    ...{ detectionBias: median(alone.map(({ detection }) => detection)), unobservedStart, observedStart },
    observerEffect: both ? observedStart / unobservedStart - 1 : undefined,
  };
}

/** The control computation: as calibrated now, or with the rounds and the readings of the time before an interruption. */
async function controlOf(
  { harness }: SessionPlace,
  calibrated: { readonly controlCount: number; readonly controlSeconds: number },
  { earlier, variants }: { readonly earlier: readonly Sample[]; readonly variants: readonly SessionVariant[] },
): Promise<{ readonly count: number; readonly seconds: number; readonly earlier: readonly number[] }> {
  const ids = new Set(variants.map(({ id }) => id));
  const own = earlier.filter(({ variant }) => ids.has(variant));
  const count = own.flatMap(({ conditions }) => conditions["control.count"] ?? [])[0];
  if (count === undefined) return { count: calibrated.controlCount, seconds: calibrated.controlSeconds, earlier: [] };
  await harness.request("resume", { controlCount: count }, { timeoutSeconds: ANSWER_SECONDS });
  const { "control.seconds": seconds } = await harness.request("before", undefined, { timeoutSeconds: ANSWER_SECONDS });
  const readings = own
    .filter(({ role }) => role !== "calibration")
    .flatMap(({ conditions }) => conditions["control.seconds"] ?? []);
  return { count, seconds, earlier: readings };
}

function calibration(variant: string, sequence: number, now: Date): Omit<Sample, "values" | "conditions"> {
  const role = "calibration" as const;
  return { sequence, variant, role, block: 0, order: 0, at: now.toISOString(), stamps: {}, validity: { status: "valid" } };
}
