import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConnectionError, PartialFailure } from "../../hosts/index.ts";
import { restoreHost } from "../../kernel-tuning/index.ts";
import type { TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { diffInputs } from "../../provider/diff.ts";
import type { PropertyMap } from "../../provider/server/index.ts";
import { Cut, contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const SWAPPINESS = "value /proc/sys/vm/swappiness";
const FILE = "file /etc/sysctl.d/90-distrobench-vm.swappiness.conf";
const BALANCER = "service irqbalance";
const IRQ = (number: number) => `value /proc/irq/${number}/smp_affinity_list`;

const found = {
  [SWAPPINESS]: "60",
  "value /sys/kernel/debug/sched/base_slice_ns": "2800000",
  "value /sys/kernel/mm/transparent_hugepage/enabled": "always",
  [IRQ(24)]: "0-3",
  [IRQ(25)]: "1",
  [BALANCER]: "running",
  "controllers /sys/fs/cgroup/cgroup.subtree_control": "cpu memory",
};
const knobs = {
  "sysctl.vm.swappiness": "<10",
  "persisted.vm.swappiness": "<10",
  "sched.latency_ns": "3000000",
  "thp.enabled": "madvise",
  "irq.eth0": "housekeeping",
  "irq.nvme": "housekeeping",
  "cpu.governor": "performance",
  "slice.model.cpu.weight": "1000",
};

function bench(cells: Readonly<Record<string, string>> = found) {
  const host = new MemoryHost(cells);
  const said: string[] = [];
  const handler = createTuningHandler(async () => host);
  const before = new Map(host.cells);
  return { host, said, handler, context: contextOf(said), untouched: () => assert.deepEqual(host.cells, before) };
}

const plain = (value: object): PropertyMap => JSON.parse(JSON.stringify(value));

const failure = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => assert.fail("it succeeded"),
    (reason: unknown) => reason,
  );
  return error;
};

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

describe("the baseline of a tuning", () => {
  it("survives a cut in the middle of writing, on the host alone and in the state alone", async () => {
    for (const keep of ["host", "state"] as const) {
      const { host, handler, context, untouched } = bench();
      host.cutAfter = 4;
      const error = await failure(handler.create(context, inputsOf(knobs)));
      assert.ok(error instanceof PartialFailure);
      host.cutAfter = undefined;
      if (keep === "host") assert.equal((await restoreHost(host, { force: false }))?.restored, 4);
      else {
        host.record = undefined;
        await handler.delete(context, { id: error.id, inputs: inputsOf(knobs), outputs: error.outputs as TuningOutputs });
      }
      untouched();
      assert.equal(host.record, undefined);
    }
  });

  it("is taken over when the state was lost, so that the first values stay the ones to go back to", async () => {
    const { host, handler, context, untouched } = bench();
    await handler.create(context, inputsOf({ ...knobs, "sysctl.vm.swappiness": "5" }));
    const { id, outputs } = await handler.create(context, inputsOf({ "thp.enabled": "never" }));
    assert.equal(host.cells.get(SWAPPINESS), "60");
    assert.deepEqual(
      host.record?.cells.map(({ name, before }) => [name, before]),
      [["/sys/kernel/mm/transparent_hugepage/enabled", "always"]],
    );
    await handler.delete(context, { id, inputs: inputsOf({}), outputs });
    untouched();
  });

  it("is not overwritten by another stack", async () => {
    const { host, handler, context } = bench();
    await handler.create(context, inputsOf(knobs));
    const error = await failure(handler.create(contextOf([], "other"), inputsOf({ "thp.enabled": "never" })));
    assert.match(String(error), /box is tuned already, by demo\/box/);
    assert.equal(host.writes, 1);
  });

  it("does not overwrite what somebody else set since, unless forced", async () => {
    for (const force of [false, true]) {
      const { host, handler, context, said, untouched } = bench();
      const inputs = inputsOf(knobs, { force });
      const { id, outputs } = await handler.create(context, inputs);
      host.cells.set(SWAPPINESS, "33");
      await handler.delete(context, { id, inputs, outputs });
      if (force) untouched();
      else {
        assert.equal(host.cells.get(SWAPPINESS), "33");
        assert.ok(said.some((line) => line.includes("swappiness: found 33, we had set 10, before it was 60")));
        assert.equal((await restoreHost(host, { force: true }))?.restored, 1);
        untouched();
      }
      assert.equal(host.record, undefined);
    }
  });

  it("skips what has vanished", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.cells.delete(IRQ(24));
    await handler.delete(context, { id, inputs, outputs });
    assert.equal(host.cells.has(IRQ(24)), false);
    assert.equal(host.record, undefined);
  });

  it("is right after a restart, when only files are still ours", async () => {
    const { host, handler, context, untouched } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.reboot();
    host.cells.set(SWAPPINESS, "10");
    await handler.delete(context, { id, inputs, outputs });
    untouched();
  });

  it("waits on the host when it cannot be reached at the end", async () => {
    const { handler, context, host, said } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    const gone = createTuningHandler(() => Promise.reject(new ConnectionError("box", "unreachable", "is gone")));
    await gone.delete(context, { id, inputs, outputs });
    assert.deepEqual(await gone.read(context, { id, inputs, outputs }), { inputs, outputs });
    assert.ok(said.some((line) => line.includes("./distrobench restore box --stack demo")));
    assert.ok(host.record !== undefined);
  });

  it("is written before anything else: a write that is cut at once changes nothing", async () => {
    const { host, handler, context } = bench();
    host.cutAfter = 0;
    assert.ok(((await failure(handler.create(context, inputsOf(knobs)))) as Error).cause instanceof Cut);
    assert.equal(host.record?.cells.find(({ name }) => name === "/proc/sys/vm/swappiness")?.before, "60");
    assert.equal(host.cells.get(SWAPPINESS), "60");
  });
});
