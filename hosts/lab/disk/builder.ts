import { UserError } from "../../errors.ts";
import type { DistributionName } from "../../schema.ts";
import { type ArchitectureName, architectureOf } from "../architecture.ts";
import { foreignTools, type LabTool, qemuTool } from "../prerequisites.ts";
import type { Boot } from "../schema.ts";
import { alpine } from "./alpine.ts";
import { debian } from "./debian.ts";
import { pureos } from "./pureos.ts";
import { raspberryPiOs } from "./raspberry-pi-os.ts";
import { tromjaro } from "./tromjaro.ts";
import { ubuntu } from "./ubuntu.ts";

export interface DiskRequest {
  readonly release: string;
  readonly architecture: ArchitectureName;
  /** Real package names of what the machine's user asked for. */
  readonly packages: readonly string[];
  readonly mirror: string | undefined;
  /** What reads the kernel: QEMU itself, or GRUB on the disk. */
  readonly boot: Boot;
}

/** Everything that decides a root file system, as plain JSON: its hash names the disk in the cache. */
export interface DiskRecipe {
  readonly distribution: DistributionName;
  readonly release: string;
  readonly architecture: ArchitectureName;
  readonly packages: readonly string[];
  readonly mirror: string | null;
  /** Where packages come from in the tool's own words, when the mirror alone does not say it. */
  readonly sources?: readonly string[];
  /** Arguments of the tool that builds it, without paths of this machine. */
  readonly options: readonly string[];
  /** sha256 of the files that go into it, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** For SOURCE_DATE_EPOCH, in seconds. */
  readonly epoch: number;
  /** Absent where QEMU reads the kernel. */
  readonly boot?: "grub";
}

export interface BuildSurroundings {
  /** An empty directory of the build's own. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  step(text: string): void;
}

/** How disks of one distribution are made. A new distribution is a new file and a line in the table below. */
export interface DiskBuilder {
  /** What it needs on the controller beside what every lab machine needs. */
  readonly tools: readonly LabTool[];
  /** What its initrd has to be told on the kernel's command line. */
  readonly bootArguments?: readonly string[];
  /** Cheap and without side effects. */
  recipe(request: DiskRequest): Promise<DiskRecipe>;
  /**
   * Writes the root file system to `rootTar`: with a kernel and its initrd in /boot, sshd, and the seed script run at every boot.
   * Returns installed versions by package name. Rejects with `UserError` (mirror unreachable, no such release).
   */
  build(recipe: DiskRecipe, rootTar: string, surroundings: BuildSurroundings): Promise<Readonly<Record<string, string>>>;
}

const builders: Readonly<Record<DistributionName, DiskBuilder>> = {
  debian,
  ubuntu,
  pureos,
  "raspberry-pi-os": raspberryPiOs,
  alpine,
  tromjaro,
};

/** Distributions that lab machines can be made of. */
export const labDistributions: readonly string[] = Object.keys(builders);

/** A lab machine as far as it decides what the controller needs. */
export interface WantedMachine {
  readonly distribution: string;
  /** Absent means the controller's own. */
  readonly architecture?: ArchitectureName | undefined;
}

/** What making and running a lab machine needs on the controller beside what all of them do. Throws `UserError` for a distribution that has no builder. */
export function labTools(machine: WantedMachine): readonly LabTool[] {
  const architecture = architectureOf(machine.architecture);
  return [qemuTool(architecture), ...foreignTools(architecture), ...diskBuilder(machine.distribution).tools];
}

/** Throws `UserError` for a distribution that has no builder. */
export function diskBuilder(distribution: string): DiskBuilder {
  const builder = Object.entries(builders).find(([name]) => name === distribution)?.[1];
  if (builder === undefined)
    throw new UserError(`there is no lab disk for "${distribution}"`, {
      remedy: `use lab machines of ${labDistributions.join(", ")}, or an ssh: host`,
    });
  return builder;
}
