import { UserError } from "../../hosts/index.ts";
import { boot } from "./boot.ts";
import { cpuFrequency, cpuPreference } from "./cpu-frequency.ts";
import { cpuIdle } from "./cpu-idle.ts";
import { cpuLatency } from "./cpu-latency.ts";
import { hostSlice } from "./host-slice.ts";
import { irq } from "./irq.ts";
import { kernelHold } from "./kernel-hold.ts";
import type { Knob } from "./knob.ts";
import { receiveQueues, transmitQueues } from "./network-queues.ts";
import { numaBalancing } from "./numa-balancing.ts";
import { persistedSysctl } from "./persisted-sysctl.ts";
import { scheduler } from "./scheduler.ts";
import { service } from "./service.ts";
import { session } from "./session.ts";
import { slice } from "./slice.ts";
import { slicePartition } from "./slice-partition.ts";
import { swap } from "./swap.ts";
import { sysctl } from "./sysctl.ts";
import { transparentHugePages } from "./transparent-huge-pages.ts";
import { workqueue } from "./workqueue.ts";

const knobs: readonly Knob[] = [
  boot,
  kernelHold,
  service,
  session,
  swap,
  sysctl,
  persistedSysctl,
  scheduler,
  transparentHugePages,
  numaBalancing,
  cpuFrequency,
  cpuPreference,
  cpuIdle,
  cpuLatency,
  workqueue,
  receiveQueues,
  transmitQueues,
  irq,
  hostSlice,
  slice,
  slicePartition,
];

/** The knob that a name such as `sysctl.vm.swappiness` means, with its argument. Throws `UserError`. */
export function findKnob(name: string): { readonly knob: Knob; readonly argument: string } {
  const prefix = name.split(".", 1)[0] ?? "";
  const argument = name.slice(prefix.length + 1);
  const kinds = knobs.filter((one) => one.prefix === prefix);
  const knob = kinds.find((one) => one.argument.test(argument));
  if (knob !== undefined) return { knob, argument };
  const known =
    kinds.length === 0
      ? `kinds are ${[...new Set(knobs.map((one) => one.prefix))].join(", ")}`
      : `${prefix} takes ${kinds.map((one) => one.argument.source.replace(/^\^|\$$/g, "")).join(" or ")}`;
  throw new UserError(`there is no knob ${name}: ${known}`, { remedy: "docs/tuning.md lists them" });
}

/** What is wrong with a knob's name, or nothing. */
export function knobProblem(name: string): string | undefined {
  try {
    findKnob(name);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Knobs in the order of the table, so that what disturbs stops before what it would disturb is set. */
export function inOrder(names: readonly string[]): string[] {
  const place = (name: string) => knobs.indexOf(findKnob(name).knob);
  return [...names].sort((a, b) => place(a) - place(b));
}
