import { z } from "zod";
import { defineBenchmark, type Measurement } from "../define.ts";
import type { StateColdStart } from "../harness/start-state.ts";
import { containerLimits } from "../limits.ts";
import { seconds } from "../metric.ts";

const parameters = z.strictObject({
  /** Port of the server inside the container. */
  port: z.int().min(1).max(65535).default(5000),
  healthPath: z.string().startsWith("/").default("/health"),
  /** `announced` for images that print `READY <CLOCK_MONOTONIC ns>` right after listen(), `polled` for all others. */
  readiness: z.enum(["announced", "polled"]).default("announced"),
  /**
   * What is made cold before each start: nothing, the host's page cache, the engine, or the engine's store (the image is removed, and
   * loading it from an archive on the host is part of the start). Each is a series of its own.
   */
  state: z.enum(["warm", "cold-cache", "engine-restart", "load-included"]).default("warm"),
  /** Seconds until a start counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(120),
  limits: containerLimits.default({}),
});

/** From just before `docker run` is spawned to the last byte of the head of the first HTTP 200: one container is one sample. */
export const coldStart = defineBenchmark({
  name: "cold-start",
  title: "Container cold start",
  parameters,
  metrics: {
    total: seconds("lower", "start to first 200", { primary: true }),
    load: seconds("lower", "load the image", { kind: "phase" }),
    create: seconds("lower", "create", { kind: "phase" }),
    start: seconds("lower", "start", { kind: "phase" }),
    listen: seconds("lower", "listen", { kind: "phase" }),
    respond: seconds("lower", "first 200", { kind: "phase" }),
    detection: seconds("lower", "READY seen after it was stamped", { kind: "diagnostic" }),
    bracket: seconds("lower", "width of the polling bracket", { kind: "diagnostic" }),
  },
  warmups: 1,
  async measure({ harness }, variant, { port, timeoutSeconds, ...given }) {
    if (variant.engine === undefined || variant.image === undefined) {
      return { outcome: "failed", cause: `${variant.id} names no engine or no image`, stamps: {} };
    }
    const { engine: starter, image, slice } = variant;
    const order = { ...given, starter, image, slice, arguments: [], containerPort: port, timeoutSeconds };
    const allowed = timeoutSeconds + REMOVAL_SECONDS + STATE_SECONDS[given.state];
    return toMeasurement(await harness.request("cold-start-in", order, { timeoutSeconds: allowed }));
  },
});

/** The harness removes the container within the same request. */
const REMOVAL_SECONDS = 120;
/** Seconds that bringing the host into a state may take, on a slow one. */
const STATE_SECONDS = { warm: 0, "cold-cache": 300, "engine-restart": 900, "load-included": 6000 } as const;

/** Pairs of stamps whose distance is a metric; a phase whose stamps are missing is left out. */
const distances = {
  total: ["start", "first200"],
  load: ["start", "loaded"],
  create: ["spawned", "created"],
  start: ["created", "started"],
  listen: ["started", "ready"],
  respond: ["ready", "first200"],
  detection: ["ready", "readySeen"],
  bracket: ["lastFailed", "requestSent"],
} as const;

type Distance = keyof typeof distances;

/** Seconds between stamps, by metric. */
export function toMeasurement(sample: StateColdStart): Measurement<Distance> {
  if (sample.outcome === "skipped") return sample;
  if (sample.outcome === "failed") return { outcome: "failed", cause: sample.cause, stamps: sample.stamps };
  const values: Partial<Record<Distance, number>> = {};
  for (const [name, [from, to]] of Object.entries(distances) as [Distance, readonly [string, string]][]) {
    const [first, last] = [sample.stamps[from], sample.stamps[to]];
    if (first !== undefined && last !== undefined) values[name] = Number(BigInt(last) - BigInt(first)) / 1e9;
  }
  const conditions = { "health.attempts": sample.attempts, "health.port": sample.hostPort };
  return { outcome: "measured", values, stamps: sample.stamps, conditions };
}
