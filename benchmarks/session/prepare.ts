import type { Sample } from "../results/schema.ts";
import type { SessionWriter } from "../results/writer.ts";
import { type SessionHost, sessionHost } from "./host.ts";
import { median } from "./median.ts";
import type { SessionPlace } from "./place.ts";
import type { SessionVariant } from "./plan.ts";
import { present } from "./present.ts";

/** Seconds of rest over which the pressure floor of a host is found. */
const REST_SECONDS = 4;
/** Spawns of the engine's client per variant and starts of the null responder per host; emulated ones take seconds each. */
const REPEATS = { native: { spawns: 50, starts: 5 }, emulated: { spawns: 2, starts: 1 } } as const;

export interface Preparation {
  readonly host: SessionHost;
  /** Containers of an earlier, killed session that were removed. */
  readonly swept: readonly string[];
}

/** Once per host and session: clean, scale the control kernel, find the floor; each variant's overheads are stored as calibration samples. */
export async function prepareHost(
  place: SessionPlace,
  options: {
    readonly emulated: boolean;
    readonly variants: readonly SessionVariant[];
    readonly firstSequence: number;
    readonly now: () => Date;
    readonly writer: SessionWriter;
  },
): Promise<Preparation> {
  const { emulated, writer, now } = options;
  const { harness } = place;
  const starters = [...new Set(options.variants.flatMap(({ engine }) => (engine === undefined ? [] : [engine])))];
  const calibrated = await harness.request("calibrate", { starters, restSeconds: REST_SECONDS }, { timeoutSeconds: 300 });
  const { controlCount, controlSeconds, floor, swept } = calibrated;
  place.calibrated(controlCount);
  const { spawns, starts } = REPEATS[emulated ? "emulated" : "native"];
  const detection = median(await harness.request("detections", { starts }, { timeoutSeconds: 300 }));
  const conditions = { "control.count": controlCount, "control.seconds": controlSeconds, "settle.floor": floor };
  for (const [index, variant] of options.variants.entries()) {
    const starter = variant.engine ?? "process";
    const clientSpawn = median(await harness.request("client-spawns", { starter, spawns }, { timeoutSeconds: 600 }));
    const values = present({ clientSpawn, detectionBias: detection });
    writer.sample({ ...calibration(variant.id, options.firstSequence + index, now()), values, conditions });
  }
  return { host: sessionHost(place, emulated, floor), swept };
}

function calibration(variant: string, sequence: number, now: Date): Omit<Sample, "values" | "conditions"> {
  const role = "calibration" as const;
  return { sequence, variant, role, block: 0, order: 0, at: now.toISOString(), stamps: {}, validity: { status: "valid" } };
}
