import { type Stamps, textOf } from "../stamps.ts";
import type { HefFigures } from "./hailortcli.ts";

interface CrossChecked {
  readonly hef?: HefFigures;
  /** Those of the run, and `hef.start` and `hef.end` where HailoRT's own tool was asked. */
  readonly stamps: Stamps;
}

/** After a run asks HailoRT's own tool, where it is to be asked, between two stamps of the device's clock. Rejects with what it says. */
export async function crossChecked(
  device: { now(): bigint },
  stamps: Readonly<Record<string, bigint>>,
  benchmark: (() => Promise<HefFigures>) | undefined,
): Promise<CrossChecked> {
  if (benchmark === undefined) return { stamps: textOf(stamps) };
  const start = device.now();
  const hef = await benchmark();
  return { hef, stamps: textOf({ ...stamps, "hef.start": start, "hef.end": device.now() }) };
}
