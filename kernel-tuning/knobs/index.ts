import { UserError } from "../../hosts/index.ts";
import { cpuFrequency } from "./cpu-frequency.ts";
import { cpuIdle } from "./cpu-idle.ts";
import { irq } from "./irq.ts";
import type { Knob } from "./knob.ts";
import { receiveQueues, transmitQueues } from "./network-queues.ts";
import { numaBalancing } from "./numa-balancing.ts";
import { persistedSysctl } from "./persisted-sysctl.ts";
import { scheduler } from "./scheduler.ts";
import { service } from "./service.ts";
import { slice } from "./slice.ts";
import { swap } from "./swap.ts";
import { sysctl } from "./sysctl.ts";
import { transparentHugePages } from "./transparent-huge-pages.ts";
import { workqueue } from "./workqueue.ts";

const knobs: readonly Knob[] = [
  service,
  swap,
  sysctl,
  persistedSysctl,
  scheduler,
  transparentHugePages,
  numaBalancing,
  cpuFrequency,
  cpuIdle,
  workqueue,
  receiveQueues,
  transmitQueues,
  irq,
  slice,
];
const byPrefix = new Map(knobs.map((knob) => [knob.prefix, knob]));

/** The knob that a name such as `sysctl.vm.swappiness` means, with its argument. Throws `UserError`. */
export function findKnob(name: string): { readonly knob: Knob; readonly argument: string } {
  const prefix = name.split(".", 1)[0] ?? "";
  const argument = name.slice(prefix.length + 1);
  const knob = byPrefix.get(prefix);
  if (knob?.argument.test(argument) === true) return { knob, argument };
  const known =
    knob === undefined
      ? `kinds are ${[...byPrefix.keys()].join(", ")}`
      : `${prefix} takes ${knob.argument.source.replace(/^\^|\$$/g, "")}`;
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
