import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { PartialFailure, UserError } from "../../hosts/index.ts";
import type { TuningInputs, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const found = {
  "value /proc/sys/vm/swappiness": "60",
  "value /proc/sys/vm/stat_interval": "1",
  "value /sys/kernel/debug/sched/base_slice_ns": "2800000",
  "value /sys/kernel/mm/transparent_hugepage/enabled": "always",
  "value /sys/devices/virtual/workqueue/cpumask": "f",
  "value /proc/irq/24/smp_affinity_list": "0-3",
  "service irqbalance": "running",
  "service packagekit": "running",
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

const knobs = fc.record(Object.fromEntries(Object.entries(choices).map(([knob, values]) => [knob, fc.constantFrom(...values)])), {
  requiredKeys: [],
});
const step = fc.oneof(
  fc.record({ kind: fc.constant("apply" as const), knobs, cutAfter: fc.option(fc.nat(6), { nil: undefined }) }),
  fc.record({
    kind: fc.constant("drift" as const),
    cell: fc.constantFrom("vm/swappiness", "vm/stat_interval"),
    value: fc.constantFrom("33", "44"),
  }),
  fc.record({ kind: fc.constant("destroy" as const) }),
  fc.record({ kind: fc.constant("lose-state" as const) }),
  fc.record({ kind: fc.constant("lose-record" as const) }),
  fc.record({ kind: fc.constant("refuse" as const), cell: fc.constantFrom("vm/swappiness", "vm/stat_interval") }),
);

interface World {
  readonly host: MemoryHost;
  stored: { readonly id: string; readonly inputs: TuningInputs; readonly outputs: TuningOutputs } | undefined;
}

/** What the engine does: stores what came out, refreshes before it updates. */
async function carryOut(world: World, wanted: TuningInputs): Promise<void> {
  const handler = createTuningHandler(async () => world.host);
  const context = contextOf([]);
  const { stored } = world;
  try {
    if (stored === undefined) world.stored = { ...(await handler.create(context, wanted)), inputs: wanted };
    else {
      const seen = await handler.read(context, stored);
      assert.ok(seen !== "gone");
      world.stored = { id: stored.id, inputs: wanted, outputs: await handler.update(context, { ...stored, ...seen }, wanted) };
    }
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    world.stored = { id: error.id, inputs: wanted, outputs: error.outputs as TuningOutputs };
  }
}

async function play(world: World, one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
  const { host } = world;
  if (one.kind === "apply") {
    host.cutAfter = one.cutAfter;
    await carryOut(world, inputsOf(one.knobs as Record<string, string>, { force: true }));
    host.cutAfter = undefined;
    host.refused.clear();
  } else if (one.kind === "destroy") {
    // A destroy that the kernel refuses fails, and is done again later.
    await destroy(world).catch((error: unknown) => assert.ok(error instanceof UserError));
    host.refused.clear();
  } else if (one.kind === "drift" && host.record?.cells.some(({ name }) => name === `/proc/sys/${one.cell}`) === true)
    host.cells.set(`value /proc/sys/${one.cell}`, one.value);
  else if (one.kind === "refuse") host.refused.add(`value /proc/sys/${one.cell}`);
  // One of both may be lost, not both: then nobody knows.
  else if (one.kind === "lose-state" && host.record !== undefined) world.stored = undefined;
  else if (one.kind === "lose-record" && world.stored !== undefined) host.record = undefined;
}

async function destroy(world: World): Promise<void> {
  if (world.stored === undefined) await carryOut(world, inputsOf({}, { force: true }));
  const { stored } = world;
  assert.ok(stored !== undefined);
  await createTuningHandler(async () => world.host).delete(contextOf([]), stored);
  world.stored = undefined;
}

it("any sequence of applying, drift, cuts, refusals, lost states and restoring ends in the baseline", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world: World = { host: new MemoryHost(found), stored: undefined };
      for (const one of steps) await play(world, one);
      world.host.refused.clear();
      await destroy(world);
      assert.deepEqual(Object.fromEntries(world.host.cells), found);
      assert.equal(world.host.record, undefined);
    }),
    { numRuns: 500, seed: 4 },
  );
});
