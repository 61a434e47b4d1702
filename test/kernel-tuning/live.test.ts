import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Shell, Transport } from "../../hosts/index.ts";
import { readDrifts, tunedOf } from "../../kernel-tuning/index.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { found, IRQ, knobs, SWAPPINESS } from "./bench.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const signal = new AbortController().signal;

/** A tuned host, and how one that measures looks at it: over a transport, by data that has been in the state. */
async function tuned(wanted: Readonly<Record<string, string>>, furnish: (host: MemoryHost) => void = () => undefined) {
  const host = new MemoryHost(found);
  furnish(host);
  const handler = createTuningHandler(async () => host);
  const { outputs } = await handler.create(contextOf([]), inputsOf(wanted));
  const stored = JSON.parse(JSON.stringify(tunedOf(outputs))) as Record<string, unknown>;
  const scripts: string[] = [];
  const run = async (script: Shell) => {
    scripts.push(String(script));
    const records = await host.read();
    return { stdout: records.map(({ kind, name, value }) => `${kind}\t${name}\t${value}\n`).join("") };
  };
  const transport = { host: "box", run } as unknown as Transport;
  return { host, scripts, stored, drifts: async () => await readDrifts(transport, stored, signal) };
}

describe("looking at a tuned host before something is measured there", () => {
  it("finds nothing while all is as it was written, in one round trip", async () => {
    const { drifts, scripts } = await tuned(knobs);
    assert.deepEqual(await drifts(), []);
    assert.equal(scripts.length, 1);
  });

  it("names every knob that has changed, with what was written and what is there", async () => {
    const { drifts, host } = await tuned(knobs);
    host.cells.set(SWAPPINESS, "77");
    host.cells.set(IRQ(24), "2");
    host.cells.delete("property model.slice/cpu.weight");
    const byKnob = new Map((await drifts()).map(({ knob, ...values }) => [knob, values]));
    assert.deepEqual(byKnob.get("sysctl.vm.swappiness"), { expected: "10", found: "77" });
    assert.deepEqual(byKnob.get("irq.eth0"), { expected: "0", found: "2" });
    assert.deepEqual([...byKnob.keys()].sort(), ["irq.eth0", "slice.model.cpu.weight", "sysctl.vm.swappiness"]);
  });

  it("finds what a restart has undone", async () => {
    const { drifts, host } = await tuned({ "sysctl.vm.swappiness": "<10" });
    host.reboot();
    assert.deepEqual(await drifts(), [{ knob: "sysctl.vm.swappiness", expected: "10", found: "60" }]);
  });

  it("compares with the value before tuning where a knob only lowers", async () => {
    const low = await tuned({ "sysctl.vm.swappiness": "<70" });
    assert.equal(low.host.cells.get(SWAPPINESS), "60");
    low.host.cells.set(SWAPPINESS, "65");
    assert.deepEqual(await low.drifts(), [{ knob: "sysctl.vm.swappiness", expected: "60", found: "65" }]);
  });

  it("does not read a knob that the host did not have", async () => {
    const { drifts, scripts, host } = await tuned(knobs);
    host.cells.set("value /sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave");
    assert.deepEqual(await drifts(), []);
    assert.doesNotMatch(scripts.join("\n"), /scaling_governor/);
    assert.match(scripts.join("\n"), /vm\/swappiness/);
  });

  it("calls what the kernel keeps to itself no drift", async () => {
    const { drifts } = await tuned(knobs, ({ managed }) => managed.add(IRQ(25)));
    assert.deepEqual(await drifts(), []);
  });

  it("asks nothing of a host on which no knob was written", async () => {
    const { drifts, scripts } = await tuned({ "cpu.governor": "performance" });
    assert.deepEqual(await drifts(), []);
    assert.deepEqual(scripts, []);
  });

  it("keeps in the state what each value was before, and no more than reading it back needs", async () => {
    const { stored } = await tuned(knobs);
    assert.deepEqual(Object.keys(stored).sort(), ["cells", "distribution", "knobs", "managed"]);
    const cells = stored.cells as readonly { readonly name: string; readonly before: string }[];
    assert.deepEqual(Object.fromEntries(cells.map(({ name, before }) => [name, before])), {
      ...{ "/etc/sysctl.d/zz-distrobench-vm.swappiness.conf": "absent", irqbalance: "running" },
      ...{ "model.slice": "absent", "model.slice/cpu.weight": "absent" },
      ...{ "/proc/sys/vm/swappiness": "60", "/sys/kernel/debug/sched/base_slice_ns": "2800000" },
      ...{ "/sys/kernel/mm/transparent_hugepage/enabled": "always" },
      ...{ "/proc/irq/24/smp_affinity_list": "0-3", "/proc/irq/25/smp_affinity_list": "1" },
    });
    for (const cell of cells) assert.equal(Object.hasOwn(cell, "at"), false);
  });

  it("understands the state of an older distrobench, whose record had one start of the host for all values", async () => {
    const host = new MemoryHost(found);
    const { outputs } = await createTuningHandler(async () => host).create(contextOf([]), inputsOf(knobs));
    const { controller: _none, cells, ...record } = outputs.baseline;
    const older = cells.map(({ kind, name, before, origin, wrote }) => ({ kind, name, before, origin, wrote }));
    const baseline = { ...record, version: 1, bootId: host.bootId, cells: older } as unknown as typeof outputs.baseline;
    assert.deepEqual(tunedOf({ ...outputs, baseline }), tunedOf(outputs));
  });
});
