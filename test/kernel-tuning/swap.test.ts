import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

describe("swap devices whose priority the kernel chose", () => {
  it("come back in the order in which they were switched on, each with the priority that it had", async () => {
    // The kernel gives a lower priority to each that comes, and lists them as they came.
    const host = new MemoryHost({ "swap /dev/sda2": "on", "swap /swapfile": "on", "swap /dev/zram0": "on 100" });
    const listed = () => [...host.cells.keys()].filter((key) => key.startsWith("swap "));
    const before = listed();
    const handler = createTuningHandler(async () => host);
    const [context, inputs] = [contextOf([]), inputsOf({ "swap.devices": "off" })];
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual(listed(), []);
    const again = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.deepEqual([again.baseline, host.writes], [outputs.baseline, 1], "an unchanged host is not written to");
    await handler.delete(context, { id, inputs, outputs: again });
    assert.deepEqual(listed(), before);
  });
});
