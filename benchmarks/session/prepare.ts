import type { Benchmark } from "../define.ts";
import type { ActionResult } from "../harness/actions.ts";
import { ANSWER_SECONDS, type Harness } from "../harness/client.ts";
import type { HostLoad } from "../harness/host-load.ts";
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
/** Spawns of each engine's client and starts of the null responder per host; emulated ones take seconds each. */
const REPEATS = {
  native: { spawns: 50, starts: { alone: 5, polled: 5 } },
  emulated: { spawns: 2, starts: { alone: 1, polled: 0 } },
} as const;

type Parameters = Readonly<Record<string, unknown>>;
type Calibrated = ActionResult<"calibrate">;

/** What is known of a host before its overheads are measured. */
export interface Found {
  readonly calibrated: Calibrated;
  readonly rest: HostLoad;
}

/** Removes what a killed session left on a host, and scales the control kernel. */
export async function calibrate({ harness }: SessionPlace, variants: readonly SessionVariant[]): Promise<Calibrated> {
  return await harness.request("calibrate", { starters: enginesOf(variants) }, { timeoutSeconds: 300 });
}

/** What else a host does. Looking disturbs nobody, so all hosts of a session are looked at together. */
export async function lookAtRest({ harness }: SessionPlace, noisyHost: boolean): Promise<HostLoad> {
  const order = { limits, windowSeconds: REST.windowSeconds, timeoutSeconds: noisyHost ? 0 : REST.patience };
  return await harness.request("rest", order, { timeoutSeconds: ANSWER_SECONDS });
}

/**
 * The last part of a host's preparation: each variant's overheads are stored as calibration samples. `busy` says what else uses a host that is
 * measured all the same. Rejects with `UserError` for a busy host unless `noisyHost`.
 */
export async function prepareHost(
  place: SessionPlace,
  { calibrated, rest }: Found,
  options: {
    readonly emulated: boolean;
    readonly noisyHost: boolean;
    readonly benchmark: Pick<Benchmark, "calibrate">;
    readonly parameters: Parameters;
    readonly variants: readonly SessionVariant[];
    readonly firstSequence: number;
    readonly now: () => Date;
    readonly writer: SessionWriter;
    /** Samples from before an interruption: the control computation stays the same one. */
    readonly earlier: readonly Sample[];
  },
): Promise<{ readonly host: SessionHost; readonly busy: string | undefined }> {
  const { emulated, writer, now, variants } = options;
  const { harness } = place;
  const busy = refuseBusyHost(harness.host, rest, options.noisyHost);
  const control = await controlOf(place, calibrated, options);
  place.calibrated(control.count);
  const own = {
    ...startValues(await harness.request("start-overheads", startsOf(options), { timeoutSeconds: 300 })),
    ...(await options.benchmark.calibrate?.(place, options.parameters)),
  };
  const clientSpawns = await clientSpawnsOf(harness, variants, REPEATS[emulated ? "emulated" : "native"].spawns);
  const found = { "settle.floor": rest.pressure, "rest.steal": rest.steal, "rest.busy": rest.busy };
  const conditions = { "control.count": control.count, "control.seconds": control.seconds, ...found };
  for (const [index, { id, engine }] of variants.entries()) {
    const values = present({ clientSpawn: engine && clientSpawns.get(engine), ...own });
    writer.sample({ ...calibration(id, options.firstSequence + index, now()), values, conditions });
  }
  const host = sessionHost(place, emulated, rest.pressure);
  for (const seconds of control.earlier) host.noteControl(seconds);
  return { host, busy };
}

type Engine = NonNullable<SessionVariant["engine"]>;

function enginesOf(variants: readonly SessionVariant[]): readonly Engine[] {
  return [...new Set(variants.flatMap(({ engine }) => engine ?? []))];
}

/** Median seconds by engine: its client costs the same for every variant. */
async function clientSpawnsOf(
  harness: Harness,
  variants: readonly SessionVariant[],
  spawns: number,
): Promise<ReadonlyMap<Engine, number | undefined>> {
  const found = new Map<Engine, number | undefined>();
  for (const starter of enginesOf(variants))
    found.set(starter, median(await harness.request("client-spawns", { starter, spawns }, { timeoutSeconds: 600 })));
  return found;
}

/** Starts of the null responder: under the poller only where images are polled, since nothing polls beside those that announce themselves. */
function startsOf({ emulated, parameters }: { readonly emulated: boolean; readonly parameters: Parameters }) {
  const { starts } = REPEATS[emulated ? "emulated" : "native"];
  return parameters.readiness === "polled" ? starts : { ...starts, polled: 0 };
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
  calibrated: Calibrated,
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
