import { cellKey } from "../cells.ts";
import { settle } from "../values.ts";
import type { Knob } from "./knob.ts";
import { sysctlPath } from "./sysctl.ts";

const fileOf = (key: string) => `/etc/sysctl.d/90-distrobench-${key.replaceAll("/", "-")}.conf`;

/** A sysctl at every boot: a file of its own, which is not read now. The live value is the knob `sysctl`. */
export const persistedSysctl: Knob = {
  prefix: "persisted",
  argument: /^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/,
  reads: (key) => [
    { kind: "value", name: sysctlPath(key) },
    { kind: "file", name: fileOf(key) },
  ],
  plan: (key, value, around) => {
    const live = { kind: "value", name: sysctlPath(key) } as const;
    const earlier = around.earlier(live);
    if (earlier === undefined) return { notApplicable: `this kernel has no ${key}` };
    const settled = settle(value, earlier, around.view.choices.get(cellKey(live)) ?? []);
    const text = Buffer.from(`${key} = ${settled}\n`).toString("base64");
    return { cells: [{ kind: "file", name: fileOf(key), wanted: `644 0:0 ${text}` }] };
  },
};
