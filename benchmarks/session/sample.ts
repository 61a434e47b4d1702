import { UserError } from "../../hosts/index.ts";
import type { Benchmark, Measurement } from "../define.ts";
import { ANSWER_SECONDS } from "../harness/client.ts";
import type { Settled } from "../harness/settle.ts";
import type { Sample, Validity } from "../results/schema.ts";
import { judge, type Subject } from "../validity/rules.ts";
import type { SessionHost } from "./host.ts";
import { HostLost } from "./host-lost.ts";
import type { SessionVariant } from "./plan.ts";
import { present } from "./present.ts";
import type { Slot } from "./schedule.ts";

/** Seconds a host gets to become quiet and clean before a sample. */
const SETTLE_SECONDS = 30;

/** Everything a sample needs to know about its session. */
export interface Surroundings {
  readonly benchmark: Benchmark;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The metric that leads, by name. */
  readonly primary: string;
  readonly variants: ReadonlyMap<string, SessionVariant>;
  /** Those that are left. */
  readonly hosts: Map<string, SessionHost>;
  readonly noisyHost: boolean;
  now(): Date;
}

/** A sample, and what was seen inside it. */
export interface Taken {
  readonly sample: Sample;
  readonly series?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Waits for quiet, measures one variant once, and judges the sample. What the engine or the measuring program could not do is an
 * `infra-error` sample. Rejects with `HostLost` when a measuring program is gone, the variant's own or another one.
 */
export async function takeSample(around: Surroundings, slot: Slot, sequence: number): Promise<Taken> {
  const { host } = look(around.variants, slot.variant);
  try {
    return await tryToTake(around, slot, sequence);
  } catch (error) {
    if (error instanceof HostLost || !(error instanceof UserError)) throw error;
    if (!look(around.hosts, host).place.harness.alive) throw new HostLost(host, error.message);
    return { sample: infraError(slot, sequence, around.now(), error.message) };
  }
}

/** A sample that has no figure because something else than the thing measured broke. */
export function infraError(slot: Slot, sequence: number, now: Date, cause: string): Sample {
  const { variant, role, block, order } = slot;
  const empty = { values: {}, stamps: {}, conditions: {} };
  return {
    ...{ sequence, variant, role, block, order, at: now.toISOString() },
    ...empty,
    validity: { status: "infra-error", cause },
  };
}

async function tryToTake(around: Surroundings, slot: Slot, sequence: number): Promise<Taken> {
  const variant = look(around.variants, slot.variant);
  const host = look(around.hosts, variant.host);
  const settled = await settleAll(around.hosts, variant.host);
  const before = await host.place.harness.request("before", undefined, { timeoutSeconds: ANSWER_SECONDS });
  const at = around.now().toISOString();
  const measurement = await around.benchmark.measure(host.place, variant, around.parameters);
  const after = await host.place.harness.request("after", undefined, { timeoutSeconds: ANSWER_SECONDS });
  const kernelLines = await kernelLinesOf(host, after);
  const measured = measurement.outcome === "measured" ? measurement : undefined;
  const conditions = { ...settleConditions(settled), ...before, ...after, ...measured?.conditions };
  host.noteControl(before["control.seconds"]);
  const sample = {
    ...{ sequence, variant: slot.variant, role: slot.role, block: slot.block, order: slot.order, at },
    values: present(measured?.values ?? {}),
    stamps: measurement.outcome === "skipped" ? {} : measurement.stamps,
    conditions,
    ...(measured?.identities === undefined ? {} : { identities: { ...measured.identities } }),
    validity: judged(around, host, measurement, { conditions, kernelLines, leftovers: settled.leftovers }),
  };
  return { sample, ...(measured?.series === undefined ? {} : { series: measured.series }) };
}

function judged(
  around: Surroundings,
  host: SessionHost,
  measurement: Measurement,
  seen: Pick<Subject, "conditions" | "leftovers"> & { readonly kernelLines: readonly string[] },
): Validity {
  if (measurement.outcome === "skipped") return { status: "skipped", cause: measurement.cause };
  if (measurement.outcome === "failed") {
    const said = seen.kernelLines.map((line) => `kernel: ${line}`);
    return { status: "failed", cause: [measurement.cause, ...said].join("\n") };
  }
  const controlMedian = host.controlMedian();
  const subject = {
    values: present(measurement.values),
    primary: around.primary,
    emulated: host.emulated,
    ...seen,
    ...(controlMedian === undefined ? {} : { controlMedian }),
  };
  return judge(subject, around.noisyHost);
}

/** What the kernel said, where it complained during the sample: asked for after it. */
async function kernelLinesOf({ place }: SessionHost, after: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const count = after["during.kernelErrors"] ?? 0;
  if (count === 0) return [];
  return await place.harness.request("kernel-lines", { count }, { timeoutSeconds: ANSWER_SECONDS });
}

/**
 * Every host of the session settles at the same time: waiting disturbs nobody, while two virtual machines of one physical one would
 * disturb each other's samples.
 */
async function settleAll(hosts: ReadonlyMap<string, SessionHost>, wanted: string): Promise<Settled> {
  const settled = await Promise.all(
    [...hosts].map(async ([name, { place, settleLimit }]) => {
      const given = { limit: settleLimit, timeoutSeconds: SETTLE_SECONDS };
      const answer = place.harness.request("settle", given, { timeoutSeconds: SETTLE_SECONDS + ANSWER_SECONDS });
      return [name, await answer.catch((error: unknown) => Promise.reject(lossOf(name, place.harness.alive, error)))] as const;
    }),
  );
  return look(new Map(settled), wanted);
}

function lossOf(host: string, alive: boolean, error: unknown): unknown {
  return !alive && error instanceof UserError ? new HostLost(host, error.message) : error;
}

function settleConditions(settled: Settled): Readonly<Record<string, number>> {
  return {
    "settle.seconds": settled.seconds,
    "settle.leftovers": settled.leftovers.length,
    "settle.pressure": settled.pressure,
  };
}

function look<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new TypeError(`${key} is not part of this session`);
  return value;
}
