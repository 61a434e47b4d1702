import { cpuMask } from "../cpu-list.ts";
import { type Knob, wantValue } from "./knob.ts";

const pathOf = (name: string) =>
  name === "all" ? "/sys/devices/virtual/workqueue/cpumask" : `/sys/devices/virtual/workqueue/${name}/cpumask`;

/** CPUs of the kernel's unbound work: `workqueue.all`, or one queue by name (`workqueue.writeback`). */
export const workqueue: Knob = {
  prefix: "workqueue",
  argument: /^[A-Za-z0-9_-]+$/,
  reads: (name) => [{ kind: "value", name: pathOf(name) }],
  plan: (name, list, around) => wantValue(pathOf(name), cpuMask(around.cpus(list)), around, `this kernel has no such workqueue`),
};
