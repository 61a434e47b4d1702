import type { Cell, WantedCell } from "./cells.ts";
import type { WriteStep } from "./host/port.ts";
import { mayBeTuners, stopsTuner } from "./tuners.ts";
import { type HostView, valueIn } from "./view.ts";

/**
 * Times of the scheduler that the kernel computes anew, whatever was written to them, when it divides the CPUs among partitions or puts them
 * together again: every run queue that comes online calls `update_sysctl` (kernel/sched/fair.c from 5.13 on, seen with 6.12).
 */
const TIMES = /^\/sys\/kernel\/debug\/sched\/(base_slice|latency|min_granularity|wakeup_granularity)_ns$/;
const DIVIDES = /\/cpuset\.cpus(\.partition)?$/;

export const isComputedAnew = ({ kind, name }: Cell): boolean => kind === "value" && TIMES.test(name);

/** Whether writing it may divide the CPUs, or put them together. */
export const dividesCpus = ({ kind, name }: Cell): boolean => kind === "slice" || (kind === "property" && DIVIDES.test(name));

/**
 * What is to be written: what reads otherwise, what may read otherwise as soon as a tuner is stopped, and at the end what goes wrong only with
 * writing that, or with what is put `back` before.
 */
export function toWrite(wanted: readonly WantedCell[], view: HostView, back: readonly WriteStep[]): WantedCell[] {
  const writable = wanted.filter((cell) => cell.follows !== true);
  const isWrong = (cell: WantedCell) => valueIn(view.values, cell) !== cell.wanted;
  const tunerStops = writable.some((cell) => isWrong(cell) && stopsTuner(cell));
  const wrong = writable.filter((cell) => isWrong(cell) || (tunerStops && mayBeTuners(cell)));
  if (![...wrong, ...back].some(dividesCpus)) return wrong;
  return [...wrong.filter((cell) => !isComputedAnew(cell)), ...wanted.filter(isComputedAnew)];
}
