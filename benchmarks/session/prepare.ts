import type { Harness } from "../harness/client.ts";
import type { Sample } from "../results/schema.ts";
import type { SessionWriter } from "../results/writer.ts";
import { type SessionHost, sessionHost } from "./host.ts";
import { median } from "./median.ts";
import type { SessionVariant } from "./plan.ts";

/** Seconds of rest over which the pressure floor of a host is found. */
const REST_SECONDS = 4;
/** Spawns of the engine's client; an emulated one takes a second each. */
const SPAWNS = { native: 50, emulated: 3 } as const;

export interface Preparation {
  readonly host: SessionHost;
  /** Containers of an earlier, killed session that were removed. */
  readonly swept: readonly string[];
}

/** Once per host and session: clean, scale the control kernel, find the floor; each variant's overheads are stored as calibration samples. */
export async function prepareHost(
  harness: Harness,
  options: {
    readonly emulated: boolean;
    readonly variants: readonly SessionVariant[];
    readonly firstSequence: number;
    readonly now: () => Date;
    readonly writer: SessionWriter;
  },
): Promise<Preparation> {
  const { emulated, writer, now } = options;
  const starters = [...new Set(options.variants.flatMap(({ engine }) => (engine === undefined ? [] : [engine])))];
  const calibrated = await harness.request("calibrate", { starters, restSeconds: REST_SECONDS }, { timeoutSeconds: 300 });
  const { controlCount, controlSeconds, floor, swept } = calibrated;
  const conditions = { "control.count": controlCount, "control.seconds": controlSeconds, "settle.floor": floor };
  for (const [index, variant] of options.variants.entries()) {
    const found = await measureOverheads(harness, variant, emulated ? SPAWNS.emulated : SPAWNS.native);
    const sequence = options.firstSequence + index;
    writer.sample({ ...calibration(variant.id, sequence, now()), ...found, conditions });
  }
  return { host: sessionHost(harness, emulated, floor), swept };
}

async function measureOverheads(harness: Harness, variant: SessionVariant, spawns: number): Promise<Pick<Sample, "values">> {
  const starter = variant.engine ?? "process";
  const { clientSpawn, detection } = await harness.request("overheads", { starter, spawns }, { timeoutSeconds: 600 });
  const found = { clientSpawn: median(clientSpawn), detectionBias: median(detection) };
  return {
    values: Object.fromEntries(Object.entries(found).filter((entry): entry is [string, number] => entry[1] !== undefined)),
  };
}

function calibration(variant: string, sequence: number, now: Date): Omit<Sample, "values" | "conditions"> {
  const role = "calibration" as const;
  return { sequence, variant, role, block: 0, order: 0, at: now.toISOString(), stamps: {}, validity: { status: "valid" } };
}
