import type { Knob } from "./knob.ts";
import { settledSysctl, sysctlPath } from "./sysctl.ts";

const fileOf = (key: string) => `/etc/sysctl.d/zz-distrobench-${key.replaceAll("/", "-")}.conf`;

/**
 * A sysctl at every boot: a file of its own, which is not read now. The live value is the knob `sysctl`; without that it is never written,
 * but put back where a start of the host has read it from the file.
 */
export const persistedSysctl: Knob = {
  prefix: "persisted",
  argument: /^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/,
  reads: (key) => [
    { kind: "value", name: sysctlPath(key) },
    { kind: "file", name: fileOf(key) },
  ],
  plan: (key, value, around) => {
    const settled = settledSysctl(key, value, around);
    if (settled === undefined) return { notApplicable: `this kernel has no ${key}` };
    const text = Buffer.from(`${key} = ${settled}\n`).toString("base64");
    const file = { kind: "file", name: fileOf(key), wanted: `644 0:0 ${text}` } as const;
    if (around.wishes.has(`sysctl.${key}`)) return { cells: [file] };
    const live = { kind: "value", name: sysctlPath(key), wanted: settled, follows: true, atBoot: settled } as const;
    return { cells: [live, file] };
  },
};
