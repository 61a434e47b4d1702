import assert from "node:assert/strict";
import { it } from "node:test";
import { progressLine, shortValue } from "../../../benchmarks/session/progress.ts";

it("progress names the place, the value in its unit, and the time that is left", () => {
  const slot = { variant: "pi/docker", role: "measured", block: 3, order: 1 } as const;
  assert.equal(progressLine(slot, 10, shortValue(1.0512, "s"), 130), "block 3/10 pi/docker 1.05 s (2 min left)");
  assert.equal(progressLine({ ...slot, role: "warm-up" }, 10, "skipped", undefined), "warm-up pi/docker skipped");
  assert.deepEqual(
    [
      shortValue(0.0234, "s"),
      shortValue(34_300_000, "B"),
      shortValue(12.34, "1/s"),
      shortValue(0.051, "ratio"),
      shortValue(7, "count"),
    ],
    ["23.4 ms", "32.7 MiB", "12.3 /s", "5.1 %", "7"],
  );
});
