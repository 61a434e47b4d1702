import { formatCpuList } from "../cpu-list.ts";
import type { Knob } from "./knob.ts";

/**
 * `slice.system.cpuset.cpus: housekeeping`, `slice.user.cpuset.cpus`: services, and logins with what they start, keep to some CPUs. A
 * property of systemd's that lasts until the next boot, and of which nothing is left when it is taken back. A slice that keeps to some
 * CPUs already is left alone: the next boot, or an administrator, has to find its own setting.
 */
export const hostSlice: Knob = {
  prefix: "slice",
  argument: /^(system|user)\.cpuset\.cpus$/,
  reads: (argument) => [cellOf(argument)],
  plan: (argument, value, around) => {
    const wanted = formatCpuList(around.cpus(value));
    const cell = cellOf(argument);
    if (around.view.init !== "systemd")
      return { notApplicable: "OpenRC has no slices: each service is in a control group of its own" };
    const earlier = around.earlier(cell);
    if (earlier === undefined) return { notApplicable: `${cell.name} is not there, or the host does not use cgroup version 2` };
    if (earlier !== "all") return { notApplicable: `${cell.name} keeps to CPUs ${earlier} already and is left alone` };
    return { cells: [{ ...cell, wanted }] };
  },
};

const cellOf = (argument: string) => ({ kind: "confined", name: argument.replace(/\..*/, ".slice") }) as const;
