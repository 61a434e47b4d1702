import { UserError } from "../../hosts/index.ts";
import type { Knob } from "./knob.ts";
import { makeSlice } from "./slice.ts";

const KINDS = ["member", "root", "isolated"];

/**
 * `slice.model.cpuset.cpus.partition`: whether the scheduler spreads work over the slice's CPUs apart from all others (`root`), not at
 * all (`isolated`), or as ever (`member`). Needs `slice.model.cpuset.cpus`, which is written before. A partition that did not come to be
 * reads as `root invalid (reason)`, which is a refusal (Documentation/admin-guide/cgroup-v2.rst, cpuset). systemd has no property for it.
 */
export const slicePartition: Knob = {
  prefix: "slice",
  argument: /^[a-z]+\.cpuset\.cpus\.partition$/,
  reads: (argument) => makeSlice(argument).reads,
  plan: (argument, value, around) => {
    if (!KINDS.includes(value)) throw new UserError(`slice.${argument}: expected ${KINDS.join(", ")}, found ${value}`);
    return makeSlice(argument).plan(around, { wanted: value });
  },
};
