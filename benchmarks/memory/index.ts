import { z } from "zod";
import { defineBenchmark, type Measurement, type Place } from "../define.ts";
import { foreignConditions } from "../harness/foreign-cpu.ts";
import { DRAIN_SECONDS } from "../harness/load/generate.ts";
import type { Memory, MemoryReading } from "../harness/memory.ts";
import { bytes, type Metric } from "../metric.ts";
import { REMOVAL_SECONDS, requestOf, sentRequest, servedImage, servedOrder } from "../served.ts";
import { densityFigures, densityMetrics, densityParameters, readDensity } from "./density.ts";

export const memoryParameters = z.strictObject({
  ...servedImage,
  /** Seconds from the first answer to the first reading. */
  restSeconds: z.number().nonnegative().max(3600).default(60),
  /** Readings, one per second, at rest and again under load. */
  readings: z.int().min(1).max(600).default(10),
  /** Requests per second of the load. */
  rate: z.number().positive().max(1000).default(8),
  ...sentRequest,
});

const parameters = memoryParameters.extend({
  /** After that, how many such containers fit on the host; absent: not asked. */
  density: densityParameters.optional(),
});

/** Seconds of load before the readings under load. */
const WARMUP = 5;
const diagnostic = { kind: "diagnostic" } as const;

/** What one container takes, at rest and under load: one container is one sample, its readings are not. */
export const memory = defineBenchmark({
  name: "memory",
  title: "Memory per container",
  parameters,
  metrics: ({ density }): Readonly<Record<string, Metric>> => ({
    restPss: bytes("lower", "PSS at rest", { primary: true }),
    loadPss: bytes("lower", "PSS under load"),
    restCurrent: bytes("lower", "control group at rest, page cache included", diagnostic),
    loadCurrent: bytes("lower", "control group under load, page cache included", diagnostic),
    peak: bytes("lower", "control group, most ever", diagnostic),
    hostRest: bytes("lower", "host in use at rest", diagnostic),
    hostLoad: bytes("lower", "host in use under load", diagnostic),
    hostBefore: bytes("lower", "host in use before the start", diagnostic),
    ...(density === undefined ? {} : densityMetrics),
  }),
  warmups: 0,
  async measure({ harness }, variant, { density, ...given }) {
    const container = servedOrder(variant, given);
    const alone = toMeasurement(await readMemory(harness, container, given));
    if (density === undefined || alone.outcome !== "measured" || typeof container === "string") return alone;
    const found = await readDensity(harness, container, given, density);
    if (found.outcome === "failed") return { ...found, stamps: {} };
    const { values, conditions, series } = densityFigures(found);
    return {
      ...alone,
      stamps: { ...alone.stamps, ...found.stamps },
      values: { ...alone.values, ...values },
      conditions: { ...alone.conditions, ...conditions },
      series: { ...alone.series, ...series },
    };
  },
});

/** Starts one container, as `servedOrder` orders it, and reads its memory, at rest and under load. */
export async function readMemory(
  harness: Place["harness"],
  container: ReturnType<typeof servedOrder>,
  given: z.output<typeof memoryParameters>,
): Promise<Memory> {
  if (typeof container === "string") return { outcome: "failed", cause: container };
  const { rate, restSeconds, readings, timeoutSeconds } = given;
  const load = { rate, ...requestOf(given), warmup: WARMUP, profile: "constant", seed: 1 } as const;
  const most = timeoutSeconds + restSeconds + 2 * readings + WARMUP + DRAIN_SECONDS + REMOVAL_SECONDS;
  return await harness.request("memory", { ...container, restSeconds, readings, load }, { timeoutSeconds: most });
}

type Name = "restPss" | "loadPss" | "restCurrent" | "loadCurrent" | "peak" | "hostRest" | "hostLoad" | "hostBefore";

/** Means of the readings. Where PSS can't be read there is no figure, and never another kind of memory in its place. */
export function toMeasurement(found: Memory): Measurement<Name> {
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { rest, loaded, before, peak } = found;
  const pss = meansOf({ restPss: rest.map((reading) => reading.pss), loadPss: loaded.map((reading) => reading.pss) });
  if (pss.restPss === undefined) {
    return { outcome: "skipped", cause: "PSS can't be read: /proc/<pid>/smaps_rollup needs root and Linux 4.14" };
  }
  const others = meansOf({
    ...{ restCurrent: rest.map(({ current }) => current), loadCurrent: loaded.map(({ current }) => current) },
    ...{ hostRest: rest.map(({ host }) => host), hostLoad: loaded.map(({ host }) => host) },
  });
  return {
    outcome: "measured",
    values: { ...pss, ...others, hostBefore: before, ...(peak === undefined ? {} : { peak }) },
    stamps: found.stamps,
    conditions: memoryConditions(found),
    series: { ...seriesOf("rest", rest), ...seriesOf("load", loaded) },
    identities: found.limits.identities,
  };
}

/** What the rules of validity look at. */
export function memoryConditions({ requests, foreign, limits }: Extract<Memory, { outcome: "read" }>) {
  const sent = Object.fromEntries(Object.entries(requests).map(([name, value]) => [`load.${name}`, value]));
  return { ...sent, ...foreignConditions(foreign), ...limits.conditions };
}

/** A mean stands only where every reading has the value. */
function meansOf(readings: Readonly<Record<string, readonly (number | undefined)[]>>): Partial<Record<Name, number>> {
  const means = Object.entries(readings).flatMap(([name, values]) => {
    const known = values.filter((value) => value !== undefined);
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return known.length === 0 || known.length < values.length ? [] : [[name, mean] as const];
  });
  return Object.fromEntries(means) as Partial<Record<Name, number>>;
}

function seriesOf(when: string, readings: readonly MemoryReading[]): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    (["pss", "current", "host"] as const).map((name) => [`${when}.${name}`, readings.flatMap((reading) => reading[name] ?? [])]),
  );
}
