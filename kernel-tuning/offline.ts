import type { Baseline, BaselineCell } from "./schema.ts";
import { type HostView, valueIn } from "./view.ts";

/** A value that can be put back only when its CPU, which is offline, comes online. */
export interface WaitingCell extends BaselineCell {
  readonly cpu: number;
}

/** Of a policy's CPUs the first one gives it its name (drivers/cpufreq/cpufreq.c of 6.12). */
const OF_CPU = /^\/sys\/devices\/system\/cpu\/(?:cpu|cpufreq\/policy)(\d+)\//;

/**
 * While a CPU is offline its files are not there, or can't be read, and the kernel keeps what was set there for its return. What was set before
 * the host was started again is forgotten, and a CPU that was taken out is gone. Pure.
 */
export function waitingCells({ cells }: Baseline, view: HostView): WaitingCell[] {
  return cells.flatMap((cell) => {
    const cpu = Number(OF_CPU.exec(cell.name)?.[1]);
    const isOffline = view.present.includes(cpu) && !view.online.includes(cpu);
    const hasOurs = cell.bootId === view.bootId && (cell.before !== cell.wrote || cell.also !== undefined);
    const waits = cell.kind === "value" && isOffline && hasOurs && valueIn(view.values, cell) === undefined;
    return waits ? [{ ...cell, cpu }] : [];
  });
}
