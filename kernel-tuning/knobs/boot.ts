import { UserError } from "../../hosts/index.ts";
import type { Parameter } from "../boot/command-line.ts";
import { contentOf, withContent } from "../boot/file-value.ts";
import { loaderFiles, loaderOf } from "../boot/loader.ts";
import { formatCpuList } from "../cpu-list.ts";
import type { Knob, Surroundings } from "./knob.ts";

/** Parameters that hold a CPU list, maybe after flags: `isolcpus=managed_irq,domain,2-3` (Documentation/admin-guide/kernel-parameters.txt). */
const LISTS = ["isolcpus", "nohz_full", "rcu_nocbs", "irqaffinity", "kthread_cpus"];
const WORDS = ["all", "serving", "housekeeping", "accelerator-irq"];
/** Nothing that a shell, GRUB or the kernel would take for more than a word. */
const SAFE = /^[A-Za-z0-9_.,:;@/+=-]+$/;

/**
 * `boot.isolcpus: serving`, `boot.mitigations: "off"`, `boot.threadirqs: set` (a flag): the kernel's command line. The host is started
 * again for it, once on trial; the boot loader's file is changed when a new connection has seen the parameters in /proc/cmdline.
 */
export const boot: Knob = {
  prefix: "boot",
  argument: /^[A-Za-z][A-Za-z0-9_.-]*$/,
  reads: (name) => [{ kind: "boot", name }, ...loaderFiles.map((path) => ({ kind: "file" as const, name: path }))],
  plan: (name, value, around) => {
    const loader = loaderOf(around.view);
    if ("notApplicable" in loader) return loader;
    const file = { kind: "file", name: loader.path } as const;
    const before = around.earlier(file) ?? "absent";
    return {
      cells: [
        { ...file, wanted: withContent(before, loader.edit(contentOf(before), together(around))) },
        { kind: "boot", name, wanted: settled(name, value, around) },
      ],
    };
  },
};

/** All parameters of the profile stand in one file. */
function together(around: Surroundings): Parameter[] {
  return [...around.wishes]
    .filter(([knob]) => knob.startsWith("boot."))
    .map(([knob, value]) => [knob.slice("boot.".length), settled(knob.slice("boot.".length), value, around)]);
}

function settled(name: string, value: string, { cpus }: Surroundings): string {
  if (!SAFE.test(value))
    throw new UserError(`boot.${name}: ${JSON.stringify(value)} can't stand on a kernel's command line`, {
      remedy: "write a value of letters, digits and .,:;@/+=-, or the word set for a parameter without a value",
    });
  if (name === "init")
    throw new UserError("boot.init: a trial starts an init of its own, so no other one can be tried", {
      remedy: "set it by hand in the boot loader's file",
    });
  if (!LISTS.includes(name)) return value;
  return value
    .split(",")
    .map((part) => (WORDS.includes(part) ? formatCpuList(cpus(part)) : part))
    .join(",");
}
