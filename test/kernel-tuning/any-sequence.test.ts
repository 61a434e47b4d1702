import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { PartialFailure, UserError } from "../../hosts/index.ts";
import type { TuningInputs, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";
import { Promised } from "./promised.ts";

const found = {
  "value /proc/sys/vm/swappiness": "60",
  "value /proc/sys/vm/stat_interval": "1",
  "value /sys/kernel/debug/sched/base_slice_ns": "2800000",
  "value /sys/kernel/mm/transparent_hugepage/enabled": "always",
  "value /sys/devices/virtual/workqueue/cpumask": "f",
  "value /proc/irq/24/smp_affinity_list": "0-3",
  "service irqbalance": "running",
  "service packagekit": "running",
  "service helper": "running",
  "session 1000/localsearch-3": "running",
  "confined system.slice": "all",
  "swap /dev/vda2": "on 5",
  "file /etc/default/grub": "644 0:0 ",
  "boot BOOT_IMAGE": "/boot/vmlinuz-6.12.1",
  "boot mitigations": "auto",
  "controllers /sys/fs/cgroup/cgroup.subtree_control": "cpu memory",
};

const numbers = ["0", "10", "<20", ">70", "60"];
const choices: Readonly<Record<string, readonly string[]>> = {
  "sysctl.vm.swappiness": numbers,
  "persisted.vm.swappiness": numbers,
  "sysctl.vm.stat_interval": numbers,
  "sched.latency_ns": ["1000000", ">3000000"],
  "thp.enabled": ["never", "madvise"],
  "workqueue.all": ["housekeeping", "serving", "all"],
  "irq.network": ["housekeeping", "1-2"],
  "irq.eth0": ["serving", "3"],
  "service.packagekit": ["stopped", "running"],
  "session.localsearch-3": ["stopped", "running"],
  "slice.system.cpuset.cpus": ["housekeeping", "2-3"],
  "swap.devices": ["off"],
  "slice.model.cpu.weight": ["50", "1000"],
  "idle.deepest": ["1"],
  "boot.mitigations": ["off", "auto"],
  "boot.threadirqs": ["set"],
};

/**
 * What somebody else sets, of every cell that lasts by itself: a property goes with its slice, a parameter of the command line comes with
 * a start only.
 */
const drifts: Readonly<Record<string, readonly string[]>> = {
  "value /proc/sys/vm/swappiness": ["33", "44", "10"],
  "value /proc/sys/vm/stat_interval": ["33", "44"],
  "file /etc/sysctl.d/zz-distrobench-vm.swappiness.conf": ["640 0:0 IyB0aGVpcnMK", "644 1:1 "],
  "value /sys/kernel/debug/sched/base_slice_ns": ["5000000", "2000000"],
  "value /sys/kernel/mm/transparent_hugepage/enabled": ["always", "never"],
  "value /sys/devices/virtual/workqueue/cpumask": ["8", "1"],
  "value /proc/irq/24/smp_affinity_list": ["3", "0"],
  "service irqbalance": ["running", "stopped"],
  "service packagekit": ["running", "stopped"],
  "service helper": ["running", "stopped"],
  "swap /dev/vda2": ["on 9", "on"],
};
/** Which knobs write a cell. */
const writers: Readonly<Record<string, string>> = {
  "value /proc/sys/vm/swappiness": "sysctl.vm.swappiness",
  "value /proc/sys/vm/stat_interval": "sysctl.vm.stat_interval",
  "file /etc/sysctl.d/zz-distrobench-vm.swappiness.conf": "persisted.vm.swappiness",
  "value /sys/kernel/debug/sched/base_slice_ns": "sched.latency_ns",
  "value /sys/kernel/mm/transparent_hugepage/enabled": "thp.enabled",
  "value /sys/devices/virtual/workqueue/cpumask": "workqueue.all",
  "value /proc/irq/24/smp_affinity_list": "irq.eth0",
  "service irqbalance": "irq.eth0",
  "service packagekit": "service.packagekit",
  "service helper": "service.packagekit",
  "swap /dev/vda2": "swap.devices",
};

const knobs = fc.record(Object.fromEntries(Object.entries(choices).map(([knob, values]) => [knob, fc.constantFrom(...values)])), {
  requiredKeys: [],
});
const drift = fc.constantFrom(...Object.entries(drifts).flatMap(([cell, values]) => values.map((value) => ({ cell, value }))));
const cutAfter = fc.option(fc.nat(6), { nil: undefined });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("apply" as const), knobs, cutAfter }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("drift" as const), drift }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("destroy" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose-state" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose-record" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refuse" as const), cell: fc.constantFrom(...Object.keys(writers)) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A host that is tuned, with what is promised of it. */
class World {
  readonly host = new MemoryHost(found);
  readonly force: boolean;
  readonly promised: Promised;
  stored: { readonly id: string; readonly inputs: TuningInputs; readonly outputs: TuningOutputs } | undefined;
  readonly #handler = createTuningHandler(async () => this.host);

  constructor(force: boolean) {
    this.force = force;
    this.host.goingAlong = { packagekit: ["helper"] };
    this.host.along = (key, cells) => {
      if (key === "service packagekit" && cells.get(key) === "stopped") cells.set("service helper", "stopped");
    };
    this.promised = new Promised(this.host, () => this.host.record ?? this.stored?.outputs.baseline);
  }

  async play(one: Step): Promise<void> {
    const { host } = this;
    if (one.kind === "apply") await this.#apply(one.knobs as Record<string, string>, one.cutAfter);
    // A destroy that the kernel refuses fails, and is done again later.
    else if (one.kind === "destroy") await this.destroy().catch((error: unknown) => assert.ok(error instanceof UserError));
    else if (one.kind === "drift") this.promised.somebodySets(one.drift.cell, one.drift.value);
    else if (one.kind === "restart") host.reboot();
    else if (one.kind === "refuse") host.refused.add(one.cell);
    else this.#lose(one.kind);
    if (one.kind === "apply" || one.kind === "destroy") host.refused.clear();
  }

  /** One of both may be lost, not both: then nobody knows. */
  #lose(kind: "lose-state" | "lose-record"): void {
    if (kind === "lose-state" && this.host.record !== undefined) this.stored = undefined;
    if (kind === "lose-record" && this.stored !== undefined) this.host.record = undefined;
  }

  async destroy(): Promise<void> {
    if (this.stored === undefined) await this.#apply({}, undefined);
    const { stored } = this;
    assert.ok(stored !== undefined);
    await this.promised.leaving(async () => await this.#handler.delete(contextOf([]), stored));
    this.stored = undefined;
    this.promised.written(() => this.force);
  }

  /** What the engine does: stores what came out, refreshes before it updates. */
  async #apply(wished: Readonly<Record<string, string>>, cutAfter: number | undefined): Promise<void> {
    const wanted = inputsOf(wished, { force: this.force });
    this.host.cutAfter = cutAfter;
    try {
      const { id, outputs } = await this.#carryOut(wanted);
      this.stored = { id, inputs: wanted, outputs };
      assert.deepEqual(await this.#handler.read(contextOf([]), this.stored), { inputs: wanted, outputs });
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      this.stored = { id: error.id, inputs: wanted, outputs: error.outputs as TuningOutputs };
    }
    this.host.cutAfter = undefined;
    this.promised.written((cell) => this.force || wished[writers[cell] ?? ""] !== undefined);
  }

  async #carryOut(wanted: TuningInputs): Promise<{ readonly id: string; readonly outputs: TuningOutputs }> {
    const context = contextOf([]);
    const { stored } = this;
    if (stored === undefined) return await this.#handler.create(context, wanted);
    const seen = await this.#handler.read(context, stored);
    assert.ok(seen !== "gone");
    return { id: stored.id, outputs: await this.#handler.update(context, { ...stored, ...seen }, wanted) };
  }
}

for (const force of [true, false])
  it(`any sequence of applying, drift, restarts, cuts, refusals, lost states and restoring ends in the baseline${
    force ? "" : ", but for what somebody else changed, which stays when nothing is forced"
  }`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const world = new World(force);
        for (const one of steps) await world.play(one);
        world.host.refused.clear();
        await world.destroy();
        const { left, cells } = world.promised.atTheEnd(force);
        assert.deepEqual(Object.fromEntries(world.host.cells), cells);
        assert.deepEqual((world.host.record?.cells ?? []).map(({ kind, name }) => `${kind} ${name}`).sort(), left);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
