import { UserError } from "../../errors.ts";
import type { Boot } from "../schema.ts";
import { debian } from "./debian.ts";

export interface DiskRequest {
  readonly release: string;
  /** Real package names of what the machine's user asked for. */
  readonly packages: readonly string[];
  readonly mirror: string | undefined;
  /** What reads the kernel: QEMU itself, or GRUB on the disk. */
  readonly boot: Boot;
}

/** Everything that decides a root file system, as plain JSON: its hash names the disk in the cache. */
export interface DiskRecipe {
  readonly distribution: string;
  readonly release: string;
  readonly packages: readonly string[];
  readonly mirror: string | null;
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
  /** Cheap and without side effects. */
  recipe(request: DiskRequest): Promise<DiskRecipe>;
  /**
   * Writes the root file system to `rootTar`: with a kernel and its initrd in /boot, sshd, and the seed script run at every boot.
   * Returns installed versions by package name. Rejects with `UserError` (mirror unreachable, no such release).
   */
  build(recipe: DiskRecipe, rootTar: string, surroundings: BuildSurroundings): Promise<Readonly<Record<string, string>>>;
}

const builders: Readonly<Record<string, DiskBuilder>> = { debian };

/** Throws `UserError` for a distribution that has no builder. */
export function diskBuilder(distribution: string): DiskBuilder {
  const builder = builders[distribution];
  if (builder === undefined)
    throw new UserError(`there is no lab disk for "${distribution}"`, {
      remedy: `use lab machines of ${Object.keys(builders).join(", ")}, or an ssh: host`,
    });
  return builder;
}
