import { readdir, readFile } from "node:fs/promises";

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/<pid>/stat (proc(5)). */
  readonly startTime: string;
  /** The boot both numbers belong to: /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
}

/** Identity of a running process, or undefined when there is none (a zombie counts as none). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readProc(`/proc/${pid}/stat`);
  const bootId = await readProc("/proc/sys/kernel/random/boot_id");
  const startTime = stat === undefined ? undefined : parseStartTime(stat);
  return startTime === undefined || bootId === undefined ? undefined : { pid, startTime, bootId: bootId.trim() };
}

/** Start time from a line of /proc/<pid>/stat; undefined for a zombie or a dead process. The name in brackets may hold anything. */
export function parseStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

/** Whether exactly this process still runs, with `marker` among its arguments. */
export async function isRunning(process: ProcessIdentity, marker: string): Promise<boolean> {
  const now = await identifyProcess(process.pid);
  if (now?.startTime !== process.startTime || now.bootId !== process.bootId) return false;
  return (await commandLine(process.pid)).includes(marker);
}

/** Every process that has `marker` as one of its arguments. */
export async function findByArgument(marker: string): Promise<ProcessIdentity[]> {
  return findProcesses(async (pid) => (await commandLine(pid)).includes(marker));
}

/** Every process of this user started with the environment variable `name=value`. */
export async function findByEnvironment(name: string, value: string): Promise<ProcessIdentity[]> {
  const wanted = `${name}=${value}`;
  return findProcesses(async (pid) => split(await readProc(`/proc/${pid}/environ`)).includes(wanted));
}

async function findProcesses(matches: (pid: number) => Promise<boolean>): Promise<ProcessIdentity[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const identity = await identifyProcess(pid);
      return identity !== undefined && (await matches(pid)) ? identity : undefined;
    }),
  );
  return found.filter((identity) => identity !== undefined);
}

/**
 * Sends a signal to exactly this process and waits until it is gone. False when it still runs after `seconds`. Looks at the
 * start time again right before the signal.
 */
export async function endProcess(process: ProcessIdentity, signal: "SIGTERM" | "SIGKILL", seconds: number): Promise<boolean> {
  if (!(await sameProcess(process))) return true;
  try {
    globalThis.process.kill(process.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  return waitForEnd(process, seconds);
}

/** Whether the process is gone within so many seconds. */
export async function waitForEnd(process: ProcessIdentity, seconds: number): Promise<boolean> {
  const deadline = performance.now() + seconds * 1000;
  while (await sameProcess(process)) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

async function sameProcess(process: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(process.pid);
  return now?.startTime === process.startTime && now.bootId === process.bootId;
}

async function commandLine(pid: number): Promise<string[]> {
  return split(await readProc(`/proc/${pid}/cmdline`));
}

function split(text: string | undefined): string[] {
  return text === undefined ? [] : text.split("\0");
}

async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
