import { cpuMask, formatCpuList } from "../cpu-list.ts";
import type { HostView } from "../view.ts";
import { type Knob, type KnobPlan, present, type Surroundings, wantValue } from "./knob.ts";

const DEFAULT = "/proc/irq/default_smp_affinity";
const pathOf = (number: number | string) => `/proc/irq/${number}/smp_affinity_list`;
const BALANCER = { kind: "service", name: "irqbalance" } as const;

/**
 * CPUs that interrupts go to: `irq.24` by number, `irq.eth0` by network interface, `irq.nvme` by the text of /proc/interrupts,
 * `irq.default` for those activated later. irqbalance moves interrupts every 10 s, so it is stopped first and started last.
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
    if ("notApplicable" in plan || !present(BALANCER, around)) return plan;
    return { ...plan, cells: [{ ...BALANCER, wanted: "stopped" }, ...plan.cells] };
  },
};

function moveAll(device: string, wanted: string, around: Surroundings): KnobPlan {
  const cells = numbersOf(device, around.view)
    .map((number) => ({ kind: "value" as const, name: pathOf(number), wanted, mayBeManaged: true }))
    .filter((cell) => present(cell, around));
  return cells.length === 0 ? { notApplicable: `no interrupt belongs to ${device}` } : { cells };
}

function numbersOf(device: string, view: HostView): number[] {
  if (/^\d+$/.test(device)) return [Number(device)];
  const named = [...view.irqs].filter(([, text]) => text.split(/[\s,]+/).some((word) => word.startsWith(device)));
  return [...new Set([...(view.deviceIrqs.get(device) ?? []), ...named.map(([number]) => number)])].sort((a, b) => a - b);
}
