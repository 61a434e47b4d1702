/** Pure parsers of what /proc says; formats: `man 5 proc`, Documentation/accounting/psi.rst in the kernel's sources. */

/** Microseconds stalled since boot, by `some` and `full`; absent lines are left out. */
export function parsePressure(text: string): { readonly some?: number; readonly full?: number } {
  const found: { some?: number; full?: number } = {};
  for (const match of text.matchAll(/^(some|full) .*total=(\d+)/gm)) {
    if (match[1] === "some") found.some = Number(match[2]);
    else found.full = Number(match[2]);
  }
  return found;
}

export interface Stat {
  readonly total: number;
  /** Idle, or waiting for a disk. */
  readonly idle: number;
  readonly steal: number;
  /** In interrupts, those put off included (`irq` and `softirq`). */
  readonly interrupts: number;
  readonly contextSwitches: number;
}

/** USER_HZ is 100 on every Linux that Node.js runs on. */
export const TICKS_PER_SECOND = 100;

/** Clock ticks of all CPUs since boot, and context switches. Guest time is part of user time and not counted twice. */
export function parseStat(text: string): Stat {
  const ticks = (/^cpu\s+(.*)$/m.exec(text)?.[1] ?? "").trim().split(/\s+/).map(Number).slice(0, 8);
  return {
    total: ticks.reduce((sum, value) => sum + value, 0),
    idle: (ticks[3] ?? 0) + (ticks[4] ?? 0),
    steal: ticks[7] ?? 0,
    interrupts: (ticks[5] ?? 0) + (ticks[6] ?? 0),
    contextSwitches: Number(/^ctxt (\d+)/m.exec(text)?.[1] ?? 0),
  };
}

/** Tasks that run or could run, the one that reads this included (`procs_running` of /proc/stat). */
export function parseRunnable(stat: string): number {
  return Number(/^procs_running (\d+)/m.exec(stat)?.[1] ?? 0);
}

/** Name of a process and clock ticks it used, user and system, from /proc/<pid>/stat; a name may hold spaces and parentheses. */
export function parseProcess(stat: string): { readonly command: string; readonly ticks: number } | undefined {
  const [, command, rest] = /^\d+ \((.*)\) (.*)/s.exec(stat) ?? [];
  if (command === undefined || rest === undefined) return undefined;
  const fields = rest.split(" ");
  return { command, ticks: Number(fields[11]) + Number(fields[12]) };
}

/** Bytes by field name (`MemAvailable`, `Cached`, `SwapTotal`, `SwapFree`). */
export function parseMeminfo(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries([...text.matchAll(/^(\w+):\s+(\d+) kB/gm)].map((match) => [match[1] ?? "", Number(match[2]) * 1024]));
}

/** Pages swapped in and out since boot. */
export function parseSwappedPages(vmstat: string): number {
  return [...vmstat.matchAll(/^pswp(?:in|out) (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** Processes that the kernel killed for want of memory since boot, in control groups and outside (Linux 4.13). */
export function parseOomKills(vmstat: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(vmstat)?.[1] ?? 0);
}

/** Load average of the last minute. */
export function parseLoad(text: string): number {
  return Number(text.split(" ", 1)[0]);
}

/** Priority (0 emergency ... 7 debug) of one record of /dev/kmsg, facility bits removed. */
export function parseKernelPriority(record: string): number {
  return Number(/^(\d+),/.exec(record)?.[1] ?? 6) & 7;
}

/** What one record of /dev/kmsg says, without its header and the lines about its device (Documentation/ABI/testing/dev-kmsg). */
export function parseKernelText(record: string): string {
  return record.slice(record.indexOf(";") + 1).split("\n", 1)[0] ?? "";
}

/** Mount points of /proc/self/mountinfo. */
export function parseMountPoints(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point !== "");
}

/** Numbers of a CPU list, ascending and each once: `0-1,5` is 0, 1 and 5. */
export function cpuNumbers(list: string): readonly number[] {
  const cpus = list.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(cpus)].sort((a, b) => a - b);
}

/** CPUs that a thread may run on, as a list, from /proc/<pid>/task/<tid>/status (`man 5 proc_pid_status`). */
export function parseAllowedCpus(status: string): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
}

/** Physical cores in /proc/cpuinfo; undefined where it does not name them, as on arm64 and in some virtual machines. */
export function physicalCores(cpuinfo: string): number | undefined {
  const cores = cpuinfo.split("\n\n").flatMap((block) => {
    const core = /^core id\s*: (\d+)/m.exec(block)?.[1];
    return core === undefined ? [] : [`${/^physical id\s*: (\d+)/m.exec(block)?.[1] ?? "0"}/${core}`];
  });
  return cores.length === 0 ? undefined : new Set(cores).size;
}
