import { UserError } from "../../hosts/index.ts";
import { type Knob, type KnobPlan, type Surroundings, wantEach } from "./knob.ts";

const DEVICE = { kind: "latency", name: "/dev/cpu_dma_latency" } as const;
const PER_CPU = "/sys/devices/system/cpu/cpu*/power/pm_qos_resume_latency_us";

/**
 * Microseconds that waking from idle may take (Documentation/admin-guide/pm/cpuidle.rst). `latency.dma` for all CPUs: the kernel keeps
 * it while a file descriptor is open, so a small process on the host holds it. `latency.resume` by CPU: 0 leaves all states, `n/a` none.
 */
export const cpuLatency: Knob = {
  prefix: "latency",
  argument: /^(dma|resume)$/,
  reads: (name) => (name === "dma" ? [DEVICE] : [{ kind: "value", name: PER_CPU }]),
  plan: (name, value, around) => (name === "dma" ? hold(value, around) : resume(value, around)),
};

function hold(value: string, around: Surroundings): KnobPlan {
  if (!/^\d{1,9}$/.test(value)) throw new UserError(`latency.dma: expected microseconds, found ${value}`);
  if (around.earlier(DEVICE) === undefined) return { notApplicable: "this kernel has no /dev/cpu_dma_latency (no idle states)" };
  return { cells: [{ ...DEVICE, wanted: String(Number(value)) }] };
}

function resume(value: string, around: Surroundings): KnobPlan {
  if (!/^(\d{1,9}|n\/a)$/.test(value)) throw new UserError(`latency.resume: expected microseconds or n/a, found ${value}`);
  return wantEach(PER_CPU, () => value, around, "the CPUs have no latency limit of their own");
}
