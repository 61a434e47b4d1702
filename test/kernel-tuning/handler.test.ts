import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PartialFailure } from "../../hosts/index.ts";
import type { TuningOutputs } from "../../kernel-tuning/schema.ts";
import { diffInputs } from "../../provider/diff.ts";
import { BALANCER, bench, FILE, failure, found, IRQ, knobs, plain, SWAPPINESS } from "./bench.ts";
import { inputsOf } from "./memory-host.ts";

describe("a tuning", () => {
  it("puts back last what the kernel sets along with a value, and never calls that drift or another's change", async () => {
    const [pages, reserve] = ["value /sys/kernel/mm/transparent_hugepage/enabled", "value /proc/sys/vm/min_free_kbytes"];
    const { host, handler, context, said, untouched } = bench({ [pages]: "madvise", [reserve]: "20000" });
    host.along = (key, cells) => void (key === pages && cells.set(reserve, cells.get(pages) === "never" ? "3500" : "67584"));
    const inputs = inputsOf({ "thp.enabled": "never" });
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual([host.cells.get(reserve), outputs.readBack], ["3500", { "thp.enabled": "never" }]);
    const live = await handler.read(context, { id, inputs, outputs });
    assert.deepEqual(live === "gone" ? live : live.inputs.knobs, inputs.knobs);
    await handler.delete(context, { id, inputs, outputs });
    assert.deepEqual(said, []);
    untouched();
  });

  it("is applied in two round trips, and taken back in two with nothing left", async () => {
    const { host, handler, context, untouched } = bench();
    const { id, outputs } = await handler.create(context, inputsOf(knobs));
    assert.deepEqual([host.reads, host.writes], [1, 1]);
    assert.equal(host.cells.get(SWAPPINESS), "10");
    assert.equal(host.cells.get(BALANCER), "stopped");
    assert.equal(host.cells.get("property model.slice/cpu.weight"), "1000");
    assert.match(Buffer.from(host.cells.get(FILE)?.split(" ")[2] ?? "", "base64").toString(), /^vm\.swappiness = 10\n$/);
    await handler.delete(context, { id, inputs: inputsOf(knobs), outputs });
    assert.deepEqual([host.reads, host.writes, host.record], [2, 2, undefined]);
    untouched();
  });

  it("reports an old name as a substitution, and what a host does not have as not applicable", async () => {
    const { handler, context, said } = bench();
    const { outputs } = await handler.create(context, inputsOf(knobs));
    const status = Object.fromEntries(outputs.reports.map((report) => [report.knob, report.status]));
    assert.equal(status["sched.latency_ns"], "substituted");
    assert.equal(status["cpu.governor"], "not-applicable");
    assert.ok(said.includes("box: sched.latency_ns: kernel 6.12 has no latency_ns: base_slice_ns was set instead"));
    assert.equal(outputs.readBack["sched.latency_ns"], "3000000");
  });

  it("writes nothing when all is as wanted", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    const again = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.equal(host.writes, 1);
    assert.deepEqual(again.reports, outputs.reports);
  });

  it("keeps swap off that it has switched off, though the kernel lists it no more", async () => {
    const { host, handler, context, untouched } = bench({ ...found, "swap /dev/vda2": "on 5" });
    const inputs = inputsOf({ "swap.devices": "off" });
    const { id, outputs } = await handler.create(context, inputs);
    const again = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.deepEqual([host.writes, host.cells.has("swap /dev/vda2")], [1, false]);
    assert.deepEqual(again.reports, outputs.reports);
    await handler.delete(context, { id, inputs, outputs: again });
    untouched();
  });

  it("shows a changed knob as what was found, and repairs it", async () => {
    const { host, handler, context, said, untouched } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.cells.set(SWAPPINESS, "77");
    const seen = await handler.read(context, { id, inputs, outputs });
    assert.ok(seen !== "gone");
    assert.deepEqual(seen.inputs.knobs, { ...knobs, "sysctl.vm.swappiness": "77" });
    assert.ok(said.includes("box: sysctl.vm.swappiness: expected 10, found 77"));
    const { detailed } = diffInputs(handler, plain(seen.inputs), plain(inputs));
    assert.deepEqual(Object.keys(detailed ?? {}), ['knobs["sysctl.vm.swappiness"]']);
    const repaired = await handler.update(context, { id, ...seen }, inputs);
    assert.equal(host.cells.get(SWAPPINESS), "10");
    await handler.delete(context, { id, inputs, outputs: repaired });
    untouched();
  });

  it("finds no drift where there is none, also after drift was stored", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual(await handler.read(context, { id, inputs, outputs }), { inputs, outputs });
    host.cells.set(IRQ(24), "2");
    const seen = await handler.read(context, { id, inputs, outputs });
    assert.ok(seen !== "gone");
    host.cells.set(IRQ(24), "0");
    assert.deepEqual(await handler.read(context, { id, ...seen }), { inputs, outputs });
  });

  it("says which interrupts the kernel keeps, and calls that neither failure nor drift", async () => {
    const { host, handler, context, said, untouched } = bench();
    host.managed.add(IRQ(25));
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    assert.equal(outputs.reports.find(({ knob }) => knob === "irq.nvme")?.status, "managed");
    assert.ok(said.includes("box: irq.nvme: managed: cannot be moved: irq 25"));
    assert.deepEqual(await handler.read(context, { id, inputs, outputs }), { inputs, outputs });
    await handler.delete(context, { id, inputs, outputs });
    untouched();
  });

  it("goes on past a knob that the kernel refuses, says so, and restores the others", async () => {
    const { host, handler, context, untouched } = bench();
    host.refused.add(SWAPPINESS);
    const error = await failure(handler.create(context, inputsOf(knobs)));
    assert.ok(error instanceof PartialFailure);
    assert.match(error.message, /sysctl\.vm\.swappiness: expected 10, found 60: cat: write error: Invalid argument/);
    assert.equal(host.cells.get("value /sys/kernel/mm/transparent_hugepage/enabled"), "madvise");
    const outputs = error.outputs as TuningOutputs;
    await handler.delete(context, { id: error.id, inputs: inputsOf(knobs), outputs });
    untouched();
  });
});
