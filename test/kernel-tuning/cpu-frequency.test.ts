import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const POLICY = "value /sys/devices/system/cpu/cpufreq/policy0";
const GOVERNOR = `${POLICY}/scaling_governor`;
const PREFERENCE = `${POLICY}/energy_performance_preference`;

/** A host whose driver takes no other preference while its governor is `performance`, as intel_pstate and amd-pstate do (EBUSY). */
function bench(governor: string, preference: string) {
  const host = new MemoryHost({ [GOVERNOR]: governor, [PREFERENCE]: preference });
  host.refuses = (key, value, cells) => key === PREFERENCE && value !== "performance" && cells.get(GOVERNOR) === "performance";
  return { host, handler: createTuningHandler(async () => host), context: contextOf([]), before: new Map(host.cells) };
}

describe("the CPUs' frequency", () => {
  for (const [from, to] of [
    ["powersave balance_performance", "performance performance"],
    ["performance performance", "powersave balance_power"],
  ] as const)
    it(`goes from ${from} to ${to} and back, whatever order the profile names them in`, async () => {
      const [governor = "", preference = ""] = to.split(" ");
      const pairs = Object.entries({ "cpu.governor": governor, "cpu.preference": preference });
      for (const order of [pairs, [...pairs].reverse()]) {
        const [earlier = "", first = ""] = from.split(" ");
        const { host, handler, context, before } = bench(earlier, first);
        const inputs = inputsOf(Object.fromEntries(order));
        const { id, outputs } = await handler.create(context, inputs);
        assert.deepEqual([host.cells.get(GOVERNOR), host.cells.get(PREFERENCE)], [governor, preference]);
        await handler.delete(context, { id, inputs, outputs });
        assert.deepEqual([host.cells, host.record], [before, undefined]);
      }
    });
});
