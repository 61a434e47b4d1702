import { readOr } from "./conditions.ts";
import type { StartOrder } from "./container-order.ts";
import type { ControlGroup } from "./control-group.ts";
import { namesIn } from "./folder.ts";
import { cpuNumbers, parseAllowedCpus } from "./proc.ts";

const GROUPS = "/sys/fs/cgroup";

/**
 * CPUs that a container may use, ascending: those of its limits, else of the control group it starts in, else all that are on. Files:
 * Documentation/admin-guide/cgroup-v2.rst and cputopology.rst in the kernel's sources.
 */
export function allowedCpus({ limits, slice = "system.slice" }: StartOrder): readonly number[] {
  const list = [limits.cpuset, readOr(`${GROUPS}/${slice}/cpuset.cpus.effective`), readOr("/sys/devices/system/cpu/online")];
  return cpuNumbers(list.find((text) => text !== undefined && text.trim() !== "")?.trim() ?? "0");
}

/**
 * llama.cpp's options for one thread on each of the first CPUs, the same for its server and its benchmark; none where there are fewer CPUs
 * than threads, since threads that share a CPU are better moved by the kernel. Pure.
 */
export function pinningOptions(threads: number, cpus: readonly number[]): readonly string[] {
  if (threads > cpus.length) return [];
  const mask = cpus.slice(0, threads).reduce((bits, cpu) => bits | (1n << BigInt(cpu)), 0n);
  return ["--cpu-mask", `0x${mask.toString(16)}`, "--cpu-strict", "1"];
}

/** Threads of a group, or of a plain process, that the kernel lets run on one CPU only. On a host with one CPU those are all. */
export function pinnedThreads(group: ControlGroup | undefined, pid: number): number {
  const threads = (group?.processes() ?? [pid]).flatMap((id) =>
    namesIn(`/proc/${id}/task`).map((thread) => `/proc/${id}/task/${thread}`),
  );
  return threads.filter((thread) => /^\d+$/.test(parseAllowedCpus(readOr(`${thread}/status`)) ?? "")).length;
}
