import { type Knob, wantValue } from "./knob.ts";

const pathOf = (name: string) => `/sys/kernel/mm/transparent_hugepage/${name}`;

export const transparentHugePages: Knob = {
  prefix: "thp",
  argument: /^(enabled|defrag|shmem_enabled)$/,
  reads: (name) => [{ kind: "value", name: pathOf(name) }],
  plan: (name, value, around) => wantValue(pathOf(name), value, around, "this kernel has no transparent huge pages"),
};
