import { cpuMask, formatCpuList, parseCpuList, parseCpuMask } from "./cpu-list.ts";

/** What can be read, written, and put back on a host. */
export const cellKinds = [
  "value",
  "file",
  "service",
  "session",
  "swap",
  "slice",
  "property",
  "controllers",
  "confined",
  "latency",
  "hold",
  "boot",
] as const;
export type CellKind = (typeof cellKinds)[number];

/**
 * One thing on a host that has a value:
 * `value` a kernel's file, `file` a regular file ("absent", or mode, owner and base64), `service` ("running" or "stopped"),
 * `session` a service of a logged-in user's (`1000/localsearch-3`),
 * `swap` a device ("off", "on", "on PRIORITY"), `slice` a control group ("present" or "absent"), `property` a file of a slice
 * (`model.slice/cpu.weight`), `controllers` the controllers that a control group hands on, `confined` the CPUs that a
 * slice which we did not make keeps to ("all" when it does to none), `latency` microseconds that a process of ours
 * holds a device at ("released" when none does), `hold` an installed package (`apt/linux-image-amd64`: "held" or "free"),
 * `boot` a parameter of the running kernel's command line ("set" for one without a value; only a restart changes it).
 */
export interface Cell {
  readonly kind: CellKind;
  readonly name: string;
}

export interface WantedCell extends Cell {
  readonly wanted: string;
  /** For `property` on a host with systemd: the assignment that `systemctl set-property` takes. */
  readonly assignment?: string;
  /** The kernel may refuse to move it, which is reported and no failure. */
  readonly mayBeManaged?: boolean;
  /** It is set along with another one, wanted after it: never written, only put back last. */
  readonly follows?: boolean;
  /** What a file of ours gives it at the next start of the host. */
  readonly atBoot?: string;
  /** For `service`: services that it is stopped because of, since it goes along with them. */
  readonly goesWith?: readonly string[];
}

/** Whether only a start of the host, and no write of ours, gives a cell the wanted value. */
export const comesAtBoot = ({ follows, atBoot }: WantedCell): boolean => follows === true && atBoot !== undefined;

export const cellKey = ({ kind, name }: Cell): string => `${kind} ${name}`;

const LIST = /(_affinity_list|cpuset\.cpus)$/;
const MASK = /(\/rps_cpus|\/xps_cpus|\/cpumask|default_smp_affinity)$/;
const SIZE = /\/memory\.(max|high|low|min|swap\.max)$/;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** One spelling for equal values: the chosen word of a list of choices, a CPU list in order, bytes for sizes, single spaces. */
export function normalise({ kind, name }: Cell, text: string): string {
  if (kind === "file" || kind === "boot" || text === "absent") return text;
  const plain = text.trim().replace(/\s+/g, " ");
  if (kind === "controllers") return plain.split(" ").sort().join(" ");
  if (LIST.test(name)) return formatCpuList(parseCpuList(plain) ?? []);
  if (MASK.test(name)) return cpuMask(parseCpuMask(plain) ?? []);
  if (SIZE.test(name)) return bytes(plain);
  return /\[([^\]\s]+)\]/.exec(plain)?.[1] ?? plain;
}

/** The words that a file of choices offers (`always [madvise] never`), or none. */
export function choices(text: string): string[] {
  return text.includes("[") ? text.replaceAll(/[[\]]/g, "").trim().split(/\s+/) : [];
}

function bytes(text: string): string {
  const match = /^(\d+)([KMGT]?)(i?B)?$/.exec(text);
  return match === null ? text : String(Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1));
}
