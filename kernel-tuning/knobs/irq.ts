import { cpuMask, formatCpuList } from "../cpu-list.ts";
import type { HostView } from "../view.ts";
import { type Knob, type KnobPlan, present, type Surroundings, wantValue } from "./knob.ts";
import { NETWORK } from "./network-queues.ts";
import { stopping } from "./stopping.ts";

const DEFAULT = "/proc/irq/default_smp_affinity";
const pathOf = (number: number | string) => `/proc/irq/${number}/smp_affinity_list`;
const BALANCER = { kind: "service", name: "irqbalance" } as const;

/**
 * CPUs that interrupts go to: `irq.24` by number, `irq.network` of every network interface that is a device, `irq.enp1s0` of one,
 * `irq.nvme` by the text of /proc/interrupts, `irq.default` for those activated later. irqbalance moves interrupts every 10 s, so it is
 * stopped first and started last.
 */
export const irq: Knob = {
  prefix: "irq",
  argument: /^[A-Za-z0-9_@:.-]+$/,
  reads: (device) => [
    { kind: "service", name: BALANCER.name },
    { kind: "value", name: DEFAULT },
    { kind: "value", name: pathOf(/^\d+$/.test(device) ? device : "*") },
  ],
  plan: (device, list, around) => {
    const cpus = around.cpus(list);
    const plan =
      device === "default"
        ? wantValue(DEFAULT, cpuMask(cpus), around, "this kernel has no default affinity")
        : moveAll(device, formatCpuList(cpus), around);
    if (!("cells" in plan) || !present(BALANCER, around)) return plan;
    return { ...plan, cells: [...stopping(BALANCER.name, around), ...plan.cells] };
  },
};

function moveAll(device: string, wanted: string, around: Surroundings): KnobPlan {
  const cells = numbersOf(device, around.view)
    .map((number) => ({ kind: "value" as const, name: pathOf(number), wanted, mayBeManaged: true }))
    .filter((cell) => present(cell, around));
  const whose = device === NETWORK ? "a network interface that is a device" : device;
  return cells.length === 0 ? { notApplicable: `no interrupt belongs to ${whose}` } : { cells };
}

function numbersOf(device: string, view: HostView): number[] {
  if (/^\d+$/.test(device)) return [Number(device)];
  const numbers =
    device === NETWORK
      ? view.interfaces.flatMap((name) => interruptsOf(name, isQueueOf, view))
      : interruptsOf(device, (word) => word.startsWith(device), view);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Those that the device's folder lists, and those whose text names it: what has no MSI is in no folder. */
function interruptsOf(name: string, names: (word: string, name: string) => boolean, { irqs, deviceIrqs }: HostView): number[] {
  const named = [...irqs].filter(([, text]) => text.split(/[\s,]+/).some((word) => names(word, name)));
  return [...(deviceIrqs.get(name) ?? []), ...named.map(([number]) => number)];
}

/** `enp1s0` and `enp1s0-TxRx-0`; `eth10` is no queue of `eth1`. */
function isQueueOf(word: string, name: string): boolean {
  return word.startsWith(name) && !/^[A-Za-z0-9]/.test(word.slice(name.length));
}
