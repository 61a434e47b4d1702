import { type Knob, wantValue } from "./knob.ts";

const PATH = "/proc/sys/kernel/numa_balancing";

/** 0 off, 1 on, 2 tiering. */
export const numaBalancing: Knob = {
  prefix: "numa",
  argument: /^balancing$/,
  reads: () => [{ kind: "value", name: PATH }],
  plan: (_, value, around) => wantValue(PATH, value, around, "this kernel does not balance between NUMA nodes"),
};
