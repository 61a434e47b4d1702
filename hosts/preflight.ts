import { distributionOf } from "./distribution.ts";
import type { HostFacts, PreflightVerdict } from "./schema.ts";
import { verdict } from "./verdict.ts";

/** Below this an image and its build do not fit. */
const NEEDED_BYTES = 2 * 1024 ** 3;
/** Seconds between the host's clock and ours from which certificates and package indexes start to fail. */
const CLOCK_TOLERANCE = 60;

/** Whether a host can be measured on, one verdict a check. `controllerTime` in seconds since 1970. Pure. */
export function preflight(facts: HostFacts, controllerTime: number): PreflightVerdict[] {
  return [
    privileges(facts),
    cgroup(facts),
    controllers(facts),
    clocksource(facts),
    space(facts),
    clock(facts, controllerTime),
    emulation(facts),
  ];
}

function privileges({ more }: HostFacts): PreflightVerdict {
  const remedy = "log in as root, or give become: { method: sudo } for this host";
  return verdict("commands run as root", more.uid === "0", "fail", `user id ${more.uid}`, remedy);
}

function cgroup({ cgroupVersion, distribution }: HostFacts): PreflightVerdict {
  const remedy = distributionOf(distribution).cgroup.enable.join("; then ");
  return verdict("cgroup v2", cgroupVersion === 2, "fail", `version ${cgroupVersion}`, remedy);
}

function controllers({ cgroupControllers, distribution }: HostFacts): PreflightVerdict {
  const missing = ["cpu", "cpuset", "memory"].filter((name) => !cgroupControllers.includes(name));
  const steps = distributionOf(distribution).cgroup.memory.join("; then ");
  const remedy = missing.includes("memory")
    ? `without the memory controller, engines drop memory limits silently: ${steps}`
    : `the kernel was built or started without ${missing.join(", ")}: use another kernel, or look at cgroup_disable= in /proc/cmdline`;
  const found = missing.length === 0 ? cgroupControllers.join(" ") : `no ${missing.join(", ")}`;
  return verdict("cgroup controllers", missing.length === 0, "warn", found, remedy);
}

function clocksource({ clocksource: name }: HostFacts): PreflightVerdict {
  const slow = ["hpet", "acpi_pm", "jiffies", "pit"].includes(name);
  return verdict(
    "clock source",
    !slow,
    "warn",
    name,
    "reading this clock is slow and coarse; find out from dmesg why the kernel gave up tsc",
  );
}

function space({ more }: HostFacts): PreflightVerdict {
  const free = Number(more["filesystem./var.freeBytes"] ?? Number.NaN);
  const found = Number.isNaN(free) ? "unknown" : `${(free / 1024 ** 3).toFixed(1)} GiB free in /var`;
  return verdict(
    "disk space",
    Number.isNaN(free) || free >= NEEDED_BYTES,
    "fail",
    found,
    `free at least ${NEEDED_BYTES / 1024 ** 3} GiB in /var`,
  );
}

function clock({ more }: HostFacts, controllerTime: number): PreflightVerdict {
  const offset = Math.round(Number(more.time) - controllerTime);
  return verdict(
    "clock",
    Math.abs(offset) <= CLOCK_TOLERANCE,
    "warn",
    `${offset} s from the controller's`,
    "switch on time synchronisation on the host",
  );
}

function emulation({ emulated, virtualisation }: HostFacts): PreflightVerdict {
  return verdict("real processor", !emulated, "warn", virtualisation, "results will be marked as not comparable with hardware");
}
