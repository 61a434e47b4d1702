import type { Limits } from "./container-order.ts";
import type { ControlGroup } from "./control-group.ts";
import { cpuNumbers } from "./proc.ts";

/** A container's limits as the kernel has them, not as they were asked for: an engine drops what the kernel can't do, with a mere warning. */
export interface LimitsReadBack {
  /** `limits.<name>` to its text, such as `2-3`: equal in all variants, or they are not comparable. */
  readonly identities: Readonly<Record<string, string>>;
  /** `limits.dropped.<name>` for each limit that was asked for and is not in the control group. */
  readonly conditions: Readonly<Record<string, number>>;
}

type Name = keyof Limits;

const names: readonly Name[] = ["cpus", "cpuset", "memoryBytes", "memorySwapBytes"];

/** Memory limits are cut to whole pages, which have up to 64 KiB. */
const PAGE = 65_536;

/** Whether every limit that was asked for is there. */
export function allHeld({ conditions }: LimitsReadBack): boolean {
  return Object.keys(conditions).length === 0;
}

export function limitsReadBack(asked: Limits, group: ControlGroup | undefined): LimitsReadBack {
  const limits = group === undefined ? {} : limitsOf(group);
  const wanted = names.filter((name) => asked[name] !== undefined);
  const dropped = wanted.filter((name) => !holds(name, asked, limits));
  return {
    identities: Object.fromEntries(wanted.map((name) => [`limits.${name}`, String(limits[name] ?? "none")])),
    conditions: Object.fromEntries(dropped.map((name) => [`limits.dropped.${name}`, 1])),
  };
}

/** `undefined` for what is not limited. Files: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/ in the kernel's sources. */
function limitsOf(group: ControlGroup): Limits {
  const cpuset = group.read("cpuset", "cpuset.cpus").trim();
  return { cpuset: cpuset === "" ? undefined : cpuset, ...(group.version === 2 ? limitsOfTwo(group) : limitsOfOne(group)) };
}

function limitsOfTwo(group: ControlGroup): Limits {
  const [quota = "", period = ""] = group.read("cpu", "cpu.max").trim().split(" ");
  const memoryBytes = limit(group.read("memory", "memory.max"));
  const swap = limit(group.read("memory", "memory.swap.max"));
  const both = memoryBytes === undefined || swap === undefined ? undefined : memoryBytes + swap;
  return {
    cpus: quota === "" || quota === "max" ? undefined : Number(quota) / Number(period),
    memoryBytes,
    memorySwapBytes: both,
  };
}

function limitsOfOne(group: ControlGroup): Limits {
  const quota = Number(group.read("cpu", "cpu.cfs_quota_us").trim() || -1);
  return {
    cpus: quota < 0 ? undefined : quota / Number(group.read("cpu", "cpu.cfs_period_us")),
    memoryBytes: limit(group.read("memory", "memory.limit_in_bytes")),
    memorySwapBytes: limit(group.read("memory", "memory.memsw.limit_in_bytes")),
  };
}

/** Version 1 writes "no limit" as the largest count of pages, about 2^63. */
function limit(text: string): number | undefined {
  const value = text.trim();
  return value === "" || value === "max" || Number(value) > 2 ** 62 ? undefined : Number(value);
}

function holds(name: Name, asked: Limits, found: Limits): boolean {
  const [wanted, has] = [asked[name], found[name]];
  if (wanted === undefined) return true;
  if (has === undefined) return false;
  if (name === "cpuset") return cpuNumbers(String(wanted)).join() === cpuNumbers(String(has)).join();
  return Math.abs(Number(wanted) - Number(has)) < (name === "cpus" ? 0.001 : PAGE);
}
