import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restoreHost } from "../../kernel-tuning/index.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const governor = (cpu: number) => `value /sys/devices/system/cpu/cpufreq/policy${cpu}/scaling_governor`;
const idle = (cpu: number) => `value /sys/devices/system/cpu/cpu${cpu}/cpuidle/state2/disable`;
const found = { [governor(0)]: "powersave", [governor(3)]: "powersave", [idle(0)]: "0", [idle(3)]: "0" };
const KNOBS = { "cpu.governor": "performance", "idle.deepest": "1" };

/** A host whose last CPU is switched off and on by somebody, and which keeps for it what was set. */
async function tuned() {
  const host = new MemoryHost(found);
  const said: string[] = [];
  const context = contextOf(said);
  const handler = createTuningHandler(async () => host);
  const before = new Map(host.cells);
  const inputs = inputsOf(KNOBS);
  const stored = { inputs, ...(await handler.create(context, inputs)) };
  const kept = new Map<string, string>();
  const switchOff = () => {
    host.online = "0-2";
    for (const cell of [governor(3), idle(3)]) {
      kept.set(cell, host.cells.get(cell) ?? "");
      host.cells.delete(cell);
    }
  };
  const switchOn = () => {
    host.online = "0-3";
    for (const [cell, value] of kept) host.cells.set(cell, value);
  };
  const untouched = () => assert.deepEqual(host.cells, before);
  return { host, said, context, handler, inputs, stored, switchOff, switchOn, untouched };
}

describe("a CPU that is offline when its values are to be put back", () => {
  it("is named by destroy, which succeeds, and stays on the host's record; a restore puts it back once it is online", async () => {
    const { host, said, context, handler, stored, switchOff, switchOn, untouched } = await tuned();
    switchOff();
    await handler.delete(context, stored);
    assert.equal(host.cells.get(governor(0)), "powersave");
    assert.equal(said.length, 1);
    assert.match(
      said[0] ?? "",
      /^box: not put back, because CPUs are offline .* \.\/distrobench restore box --stack demo goes on$/m,
    );
    assert.match(said[0] ?? "", /policy3\/scaling_governor: CPU 3 is offline; before it was powersave, we had set performance$/m);
    assert.deepEqual(host.record?.cells.map(({ kind, name }) => `${kind} ${name}`).sort(), [idle(3), governor(3)].sort());
    const early = await restoreHost(host, { force: false });
    assert.deepEqual([early?.restored, early?.waiting.length, host.record?.cells.length], [0, 2, 2]);
    switchOn();
    assert.deepEqual(await restoreHost(host, { force: false }), { restored: 2, conflicts: [], waiting: [], failures: [] });
    untouched();
    assert.equal(host.record, undefined);
  });

  it("is no drift, and is put back by destroy when an up came while it was offline, whether the profile kept the knob or not", async () => {
    for (const knobs of [KNOBS, { "idle.deepest": "1" }]) {
      const { host, said, context, handler, inputs, stored, switchOff, switchOn, untouched } = await tuned();
      switchOff();
      assert.deepEqual(await handler.read(context, stored), { inputs, outputs: stored.outputs });
      const next = inputsOf(knobs as Record<string, string>);
      let outputs = await handler.update(context, stored, next);
      const { writes } = host;
      outputs = await handler.update(context, { ...stored, inputs: next, outputs }, next);
      assert.equal(host.writes, writes, "an unchanged up writes nothing");
      switchOn();
      await handler.delete(context, { ...stored, inputs: next, outputs });
      untouched();
      assert.deepEqual(said, []);
    }
  });

  it("waits for nothing when it was taken out, or when the host was started again since: the kernel has forgotten", async () => {
    for (const change of ["taken out", "restarted"] as const) {
      const { host, said, context, handler, stored, switchOff } = await tuned();
      switchOff();
      if (change === "taken out") host.present = "0-2";
      else {
        host.reboot();
        switchOff();
      }
      await handler.delete(context, stored);
      assert.deepEqual([host.record, said], [undefined, []]);
    }
  });
});
