import assert from "node:assert/strict";
import { ConnectionError } from "../../hosts/index.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import type { PropertyMap } from "../../provider/server/index.ts";
import { contextOf, MemoryHost } from "./memory-host.ts";

export const SWAPPINESS = "value /proc/sys/vm/swappiness";
export const FILE = "file /etc/sysctl.d/zz-distrobench-vm.swappiness.conf";
export const BALANCER = "service irqbalance";
export const IRQ = (number: number) => `value /proc/irq/${number}/smp_affinity_list`;

export const found = {
  [SWAPPINESS]: "60",
  "value /sys/kernel/debug/sched/base_slice_ns": "2800000",
  "value /sys/kernel/mm/transparent_hugepage/enabled": "always",
  [IRQ(24)]: "0-3",
  [IRQ(25)]: "1",
  [BALANCER]: "running",
  "controllers /sys/fs/cgroup/cgroup.subtree_control": "cpu memory",
};
export const knobs = {
  "sysctl.vm.swappiness": "<10",
  "persisted.vm.swappiness": "<10",
  "sched.latency_ns": "3000000",
  "thp.enabled": "madvise",
  "irq.eth0": "housekeeping",
  "irq.nvme": "housekeeping",
  "cpu.governor": "performance",
  "slice.model.cpu.weight": "1000",
};

/** A host with its handler, and what is said on the way. */
export function bench(cells: Readonly<Record<string, string>> = found) {
  const host = new MemoryHost(cells);
  const said: string[] = [];
  const handler = createTuningHandler(async () => host);
  const before = new Map(host.cells);
  return { host, said, handler, context: contextOf(said), untouched: () => assert.deepEqual(host.cells, before) };
}

export const unreachable = createTuningHandler(() => Promise.reject(new ConnectionError("box", "unreachable", "is gone")));

export const plain = (value: object): PropertyMap => JSON.parse(JSON.stringify(value));

export const failure = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => assert.fail("it succeeded"),
    (reason: unknown) => reason,
  );
  return error;
};
