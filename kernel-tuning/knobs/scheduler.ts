import { kernelIn } from "../values.ts";
import type { HostView } from "../view.ts";
import { type Knob, type KnobPlan, wantValue } from "./knob.ts";

const DEBUG = "/sys/kernel/debug/sched";
const proc = (name: string) => `/proc/sys/kernel/sched_${name}`;
const debug = (name: string) => `${DEBUG}/${name}`;

interface Place {
  readonly kernel: string;
  readonly path: string;
  /** The path is another knob than the one asked for. */
  readonly substitute?: string;
}

const OLD = "<5.13";
const MIDDLE = ">=5.13 <6.6";
const NEW = ">=6.6";

const moved = (name: string, sysctl = name): readonly Place[] => [
  { kernel: OLD, path: proc(sysctl) },
  { kernel: ">=5.13", path: debug(name) },
];
const slice = { kernel: NEW, path: debug("base_slice_ns"), substitute: "base_slice_ns" } as const;

/**
 * Where a setting lives, by kernel: sysctl to 5.12, debugfs from 5.13; EEVDF (6.6) removed latency and wakeup granularity and made
 * the smallest granularity `base_slice_ns` (kernel/sched/fair.c and debug.c of 5.12, 6.1 and 6.12).
 */
const places: Readonly<Record<string, readonly Place[]>> = {
  latency_ns: [{ kernel: OLD, path: proc("latency_ns") }, { kernel: MIDDLE, path: debug("latency_ns") }, slice],
  min_granularity_ns: [
    { kernel: OLD, path: proc("min_granularity_ns") },
    { kernel: MIDDLE, path: debug("min_granularity_ns") },
    slice,
  ],
  base_slice_ns: [
    { kernel: OLD, path: proc("min_granularity_ns"), substitute: "min_granularity_ns" },
    { kernel: MIDDLE, path: debug("min_granularity_ns"), substitute: "min_granularity_ns" },
    { kernel: NEW, path: debug("base_slice_ns") },
  ],
  wakeup_granularity_ns: [
    { kernel: OLD, path: proc("wakeup_granularity_ns") },
    { kernel: MIDDLE, path: debug("wakeup_granularity_ns") },
  ],
  migration_cost_ns: moved("migration_cost_ns"),
  nr_migrate: moved("nr_migrate"),
  tunable_scaling: moved("tunable_scaling"),
};

const placeOf = (name: string, view: Pick<HostView, "kernel">) =>
  places[name]?.find(({ kernel }) => kernelIn(view.kernel, kernel));

/** Scheduler settings by the names of today or yesterday; a value for another name is reported as a substitution. */
export const scheduler: Knob = {
  prefix: "sched",
  argument: new RegExp(`^(${Object.keys(places).join("|")})$`),
  reads: (name) => (places[name] ?? []).map(({ path }) => ({ kind: "value", name: path })),
  plan: (name, value, around) => {
    const place = placeOf(name, around.view);
    const kernel = around.view.kernel.join(".");
    if (place === undefined) return { notApplicable: `kernel ${kernel} has no ${name}, and nothing that does the same` };
    const plan = wantValue(place.path, value, around, `${place.path} is not there: the kernel was built without it`);
    if (!("cells" in plan)) return unreachable(place.path, around.view) ?? plan;
    if (place.substitute === undefined) return plan;
    return { ...plan, substituted: true, note: `kernel ${kernel} has no ${name}: ${place.substitute} was set instead` };
  },
};

/** Not mounted by us: what reads a host changes nothing, and the value before the first write has to be read. */
function unreachable(path: string, { debugfs, lockdown }: HostView): KnobPlan | undefined {
  if (!path.startsWith(DEBUG)) return undefined;
  if (debugfs === "unmounted")
    return {
      unsupported: "debugfs is not mounted; on the host: mount -t debugfs none /sys/kernel/debug, then ./distrobench up again",
    };
  // Documentation/filesystems/debugfs.rst, security/lockdown: files that can be written can't even be opened.
  if (lockdown !== undefined)
    return { unsupported: `the kernel is locked down (${lockdown}): switch Secure Boot off, or take the knob out with null` };
  return undefined;
}
