import type { Knob } from "./knob.ts";
import { wantValue } from "./knob.ts";

/** `/proc/sys` path of a key; a slash in a key stands for a dot in a name (`net.ipv4.conf.eth0/1.forwarding`), as sysctl(8) has it. */
export function sysctlPath(key: string): string {
  return `/proc/sys/${[...key].map((letter) => ({ ".": "/", "/": "." })[letter] ?? letter).join("")}`;
}

/** A sysctl now; gone after a reboot. */
export const sysctl: Knob = {
  prefix: "sysctl",
  argument: /^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/,
  reads: (key) => [{ kind: "value", name: sysctlPath(key) }],
  plan: (key, value, around) => wantValue(sysctlPath(key), value, around, `this kernel has no ${key}`),
};
