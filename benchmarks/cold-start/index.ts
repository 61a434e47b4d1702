import { z } from "zod";
import { defineBenchmark, type Measurement } from "../define.ts";
import type { StateColdStart } from "../harness/start-state.ts";
import { seconds } from "../metric.ts";
import { REMOVAL_SECONDS, servedImage, servedOrder } from "../served.ts";

const parameters = z.strictObject({
  ...servedImage,
  /**
   * What is made cold before each start: nothing, the host's page cache, the engine, or the engine's store (the image is removed, and
   * loading it from an archive on the host is part of the start). Each is a series of its own.
   */
  state: z.enum(["warm", "cold-cache", "engine-restart", "load-included"]).default("warm"),
  /**
   * What is asked for the start: the engine's command line, as users do, or its API socket, as programs do (create and start requests). Each
   * is a series of its own.
   */
  trigger: z.enum(["cli", "socket"]).default("cli"),
  /**
   * Where the first answer is asked for: at the published port, as users do, or at the container's own address with nothing published, so
   * that neither the engine's proxy nor its address translation is part of the start. Each is a series of its own.
   */
  address: z.enum(["published", "container"]).default("published"),
});

/** From just before `docker run` is spawned, or the create request is sent, to the last byte of the head of the first HTTP 200: one container is one sample. */
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
  async measure({ harness }, variant, given) {
    const container = servedOrder(variant, given);
    if (typeof container === "string") return { outcome: "failed", cause: container, stamps: {} };
    const { state, trigger, address, timeoutSeconds } = given;
    const allowed = timeoutSeconds + REMOVAL_SECONDS + STATE_SECONDS[state];
    const order = { ...container, state, trigger, address };
    return toMeasurement(await harness.request("cold-start-in", order, { timeoutSeconds: allowed }));
  },
});

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
  const { attempts, port, fifo, limits } = sample;
  const health = { "health.attempts": attempts, "health.port": port };
  const poller = fifo === undefined ? {} : { "health.fifo": fifo ? 1 : 0 };
  const conditions = { ...health, ...poller, ...limits.conditions };
  return { outcome: "measured", values, stamps: sample.stamps, conditions, identities: limits.identities };
}
