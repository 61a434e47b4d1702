import { type Knob, type KnobPlan, type Surroundings, wantValue } from "./knob.ts";

const pathOf = (name: string) => `/sys/kernel/mm/transparent_hugepage/${name}`;

/** Computed anew whenever huge pages are turned on or off (set_recommended_min_free_kbytes, mm/khugepaged.c of 6.12). */
const RESERVE = { kind: "value", name: "/proc/sys/vm/min_free_kbytes" } as const;

export const transparentHugePages: Knob = {
  prefix: "thp",
  argument: /^(enabled|defrag|shmem_enabled)$/,
  reads: (name) => [{ kind: "value", name: pathOf(name) }, ...(name === "enabled" ? [RESERVE] : [])],
  plan: (name, value, around) => {
    const plan = wantValue(pathOf(name), value, around, "this kernel has no transparent huge pages");
    return name === "enabled" ? withReserve(plan, around) : plan;
  },
};

function withReserve(plan: KnobPlan, around: Surroundings): KnobPlan {
  const earlier = around.earlier(RESERVE);
  const isWanted = around.wishes.has("sysctl.vm.min_free_kbytes");
  if (!("cells" in plan) || earlier === undefined || isWanted) return plan;
  return { ...plan, cells: [{ ...RESERVE, wanted: earlier, follows: true }, ...plan.cells] };
}
