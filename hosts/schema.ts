import { z } from "zod";
import { connectionSchema } from "./connection.ts";

export const distributionName = z.enum(["alpine", "tromjaro", "pureos", "ubuntu", "raspberry-pi-os", "debian"]);
export type DistributionName = z.output<typeof distributionName>;

/** Verified access to one machine, its facts, preflight verdicts, and an inventory of it as found. */
export const hostInputs = z.strictObject({
  name: z.string().min(1),
  connection: connectionSchema,
  /** What the matrix says it is; a host that turns out to be another is refused. */
  distribution: distributionName,
  release: z.string().optional(),
});
export type HostInputs = z.output<typeof hostInputs>;

/** Facts that decide comparability carry their names as in `facts/measurement.md` 1.6; all are plain strings or numbers. */
export interface HostFacts {
  readonly distribution: DistributionName;
  /** PRETTY_NAME of os-release. */
  readonly prettyName: string;
  readonly release: string;
  readonly kernel: string;
  readonly commandLine: string;
  readonly architecture: string;
  readonly libc: string;
  readonly init: "systemd" | "openrc" | "other";
  readonly initVersion: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** `none` on metal; else the hypervisor as the guest can tell. */
  readonly virtualisation: string;
  /** True when instructions are interpreted by an emulator (QEMU TCG): not comparable with hardware. */
  readonly emulated: boolean;
  readonly cgroupVersion: 1 | 2;
  readonly cgroupControllers: readonly string[];
  readonly clocksource: string;
  readonly bootId: string;
  readonly machineId: string;
  /** Everything else recorded with results, by dotted name (`thp.enabled`, `vm.swappiness`, `mitigations.meltdown`). */
  readonly more: Readonly<Record<string, string>>;
}

export interface PreflightVerdict {
  readonly check: string;
  readonly status: "pass" | "warn" | "fail";
  readonly found: string;
  readonly remedy?: string;
}

export interface HostOutputs extends HostInputs {
  readonly facts: HostFacts;
  readonly preflight: readonly PreflightVerdict[];
  /** Names the physical machine for the measuring lock: machine-id, or the controller's for lab machines. */
  readonly machine: string;
  /** Path of the inventory taken before anything was changed, relative to the project's root. */
  readonly inventoryFile: string;
}

/** Packages by abstract name, at wanted versions, with what they pulled in remembered for removal. */
export const packagesInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  distribution: distributionName,
  /** Keys of the package table: `docker`, `podman`, `git`, `python`, `node`, `curl`, `valgrind`, `strace`, `editor`. `read` reports only those present. */
  wanted: z.array(z.string()),
  /** Real package name to exact version, from a lock file. */
  versions: z.record(z.string(), z.string()).optional(),
  /** What to do where a locked version can't be had: fail, unless `newest` is taken and named. */
  whenNotToBeHad: z.enum(["fail", "newest"]).optional(),
});
export type PackagesInputs = z.output<typeof packagesInputs>;

export interface PackagesOutputs extends PackagesInputs {
  /** Real package name to installed version, of what was wanted. */
  readonly installed: Readonly<Record<string, string>>;
  /** Real names of everything this resource added, dependencies included: what `delete` removes. */
  readonly added: readonly string[];
  /** Real names of those of them whose configuration was on the host before: `delete` leaves that. */
  readonly configured?: readonly string[];
  /** Services this resource started or enabled. */
  readonly services: readonly string[];
  /** The host had no package index, so one was fetched: `delete` removes it again. */
  readonly indexFetched?: boolean;
  /** Name of the editor server that this resource brought: `delete` removes it. */
  readonly editor?: string;
  /** Units, interfaces and sysctls that a running engine changes, as they were before: `delete` puts them back. */
  readonly traces?: Readonly<Record<string, string>>;
  /** Version of each engine found, such as `{ docker: "26.1.5" }`. */
  readonly engines: Readonly<Record<string, string>>;
}
