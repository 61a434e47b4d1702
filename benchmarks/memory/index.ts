import { z } from "zod";
import { defineBenchmark, type Measurement } from "../define.ts";
import { DRAIN_SECONDS } from "../harness/load/generate.ts";
import type { Memory, MemoryReading } from "../harness/memory.ts";
import { containerLimits } from "../limits.ts";
import { bytes } from "../metric.ts";

/** One flower for the model server's `POST /predict`. */
const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

const parameters = z.strictObject({
  /** Port of the server inside the container. */
  port: z.int().min(1).max(65535).default(5000),
  healthPath: z.string().startsWith("/").default("/health"),
  /** `announced` for images that print `READY <CLOCK_MONOTONIC ns>` right after listen(), `polled` for all others. */
  readiness: z.enum(["announced", "polled"]).default("announced"),
  /** Seconds until a start counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(120),
  limits: containerLimits.default({}),
  /** Seconds from the first answer to the first reading. */
  restSeconds: z.number().nonnegative().max(3600).default(60),
  /** Readings, one per second, at rest and again under load. */
  readings: z.int().min(1).max(600).default(10),
  /** Requests per second of the load. */
  rate: z.number().positive().max(1000).default(8),
  method: z.enum(["GET", "POST"]).default("POST"),
  path: z.string().startsWith("/").default("/predict"),
  /** Sent as JSON with every POST. */
  body: z.record(z.string(), z.unknown()).default(FLOWER),
});

/** Seconds of load before the readings under load. */
const WARMUP = 5;
/** The harness removes the container within the same request. */
const REMOVAL_SECONDS = 120;
const diagnostic = { kind: "diagnostic" } as const;

/** What one container takes, at rest and under load: one container is one sample, its readings are not. */
export const memory = defineBenchmark({
  name: "memory",
  title: "Memory per container",
  parameters,
  metrics: {
    restPss: bytes("lower", "PSS at rest", { primary: true }),
    loadPss: bytes("lower", "PSS under load"),
    restCurrent: bytes("lower", "control group at rest, page cache included", diagnostic),
    loadCurrent: bytes("lower", "control group under load, page cache included", diagnostic),
    peak: bytes("lower", "control group, most ever", diagnostic),
    hostRest: bytes("lower", "host in use at rest", diagnostic),
    hostLoad: bytes("lower", "host in use under load", diagnostic),
    hostBefore: bytes("lower", "host in use before the start", diagnostic),
  },
  warmups: 0,
  async measure({ harness }, variant, given) {
    const { port, rate, method, path, body, ...container } = given;
    if (variant.engine === undefined || variant.image === undefined) {
      return { outcome: "failed", cause: `${variant.id} names no engine or no image`, stamps: {} };
    }
    const { engine: starter, image, slice } = variant;
    const sent = method === "POST" ? { body: JSON.stringify(body) } : {};
    const load = { rate, method, path, ...sent, warmup: WARMUP, profile: "constant", seed: 1 } as const;
    const most = given.timeoutSeconds + given.restSeconds + 2 * given.readings + WARMUP + DRAIN_SECONDS + REMOVAL_SECONDS;
    const order = { ...container, starter, image, slice, arguments: [], containerPort: port, load };
    return toMeasurement(await harness.request("memory", order, { timeoutSeconds: most }));
  },
});

type Name = "restPss" | "loadPss" | "restCurrent" | "loadCurrent" | "peak" | "hostRest" | "hostLoad" | "hostBefore";

/** Means of the readings. Where PSS can't be read there is no figure, and never another kind of memory in its place. */
export function toMeasurement(found: Memory): Measurement<Name> {
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { rest, loaded, before, peak, requests, limits } = found;
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
    stamps: {},
    conditions: { ...requestConditions(requests), ...limits.conditions },
    series: { ...seriesOf("rest", rest), ...seriesOf("load", loaded) },
    identities: limits.identities,
  };
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

function requestConditions(requests: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(requests).map(([name, value]) => [`load.${name}`, value]));
}

function seriesOf(when: string, readings: readonly MemoryReading[]): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    (["pss", "current", "host"] as const).map((name) => [`${when}.${name}`, readings.flatMap((reading) => reading[name] ?? [])]),
  );
}
