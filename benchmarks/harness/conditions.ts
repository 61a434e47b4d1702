import { readFileSync } from "node:fs";
import { kernelErrors } from "./kernel-log.ts";
import { parseLoad, parseMeminfo, parsePressure, parseStat, parseSwappedPages } from "./proc.ts";

/** Counters since boot at one instant, for differences over a sample. */
export interface Counters {
  readonly pressure: Readonly<Record<string, number>>;
  readonly ticks: number;
  readonly steal: number;
  readonly contextSwitches: number;
  readonly swappedPages: number;
  readonly kernelErrors: number;
  readonly at: bigint;
}

/** The text of a file of /proc or /sys, or empty where this kernel does not have it (PSI may be off). */
export function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export function counters(): Counters {
  const stat = parseStat(readOr("/proc/stat"));
  const pressure = ["cpu", "io", "memory"].flatMap((resource) => {
    const { some } = parsePressure(readOr(`/proc/pressure/${resource}`));
    return some === undefined ? [] : [[resource, some] as const];
  });
  return {
    pressure: Object.fromEntries(pressure),
    ticks: stat.total,
    steal: stat.steal,
    contextSwitches: stat.contextSwitches,
    swappedPages: parseSwappedPages(readOr("/proc/vmstat")),
    kernelErrors: kernelErrors(),
    at: process.hrtime.bigint(),
  };
}

/** What is true now: load of the last minute, bytes of memory. */
export function levels(): Readonly<Record<string, number>> {
  const memory = parseMeminfo(readOr("/proc/meminfo"));
  return {
    load: parseLoad(readOr("/proc/loadavg")),
    "memory.available": memory.MemAvailable ?? 0,
    "memory.cached": memory.Cached ?? 0,
    "swap.used": (memory.SwapTotal ?? 0) - (memory.SwapFree ?? 0),
  };
}

/** What happened between two readings: shares of time (`pressure.*`, `steal`) and counts. */
export function changes(from: Counters, to: Counters): Readonly<Record<string, number>> {
  const microseconds = Number(to.at - from.at) / 1000;
  const pressure = Object.entries(to.pressure).map(([resource, total]) => [
    `pressure.${resource}`,
    (total - (from.pressure[resource] ?? total)) / microseconds,
  ]);
  const ticks = to.ticks - from.ticks;
  return {
    ...Object.fromEntries(pressure),
    steal: ticks > 0 ? (to.steal - from.steal) / ticks : 0,
    contextSwitches: to.contextSwitches - from.contextSwitches,
    swappedPages: to.swappedPages - from.swappedPages,
    kernelErrors: to.kernelErrors - from.kernelErrors,
  };
}
