import { cellKey } from "../cells.ts";
import { settle } from "../values.ts";
import type { Knob, Surroundings } from "./knob.ts";
import { wantValue } from "./knob.ts";

/** `/proc/sys` path of a key; a slash in a key stands for a dot in a name (`net.ipv4.conf.eth0/1.forwarding`), as sysctl(8) has it. */
export function sysctlPath(key: string): string {
  return `/proc/sys/${[...key].map((letter) => ({ ".": "/", "/": "." })[letter] ?? letter).join("")}`;
}

/** What a wish for a key comes to on this host; `undefined` when its kernel has no such key. */
export function settledSysctl(key: string, value: string, around: Surroundings): string | undefined {
  const live = { kind: "value", name: sysctlPath(key) } as const;
  const earlier = around.earlier(live);
  return earlier === undefined ? undefined : settle(value, earlier, around.view.choices.get(cellKey(live)) ?? []);
}

/** A sysctl now; gone after a reboot, where another value may come from the file of `persisted`. */
export const sysctl: Knob = {
  prefix: "sysctl",
  argument: /^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/,
  reads: (key) => [{ kind: "value", name: sysctlPath(key) }],
  plan: (key, value, around) => {
    const plan = wantValue(sysctlPath(key), value, around, `this kernel has no ${key}`);
    const persisted = around.wishes.get(`persisted.${key}`);
    const atBoot = persisted === undefined ? undefined : settledSysctl(key, persisted, around);
    if (!("cells" in plan) || atBoot === undefined) return plan;
    return { ...plan, cells: plan.cells.map((cell) => ({ ...cell, atBoot })) };
  },
};
