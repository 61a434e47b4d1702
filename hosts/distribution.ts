import { alpine } from "./alpine.ts";
import type { CommandLineFile } from "./command-line-files.ts";
import { debian } from "./debian.ts";
import type { PackageManager, ServiceManager } from "./packages/manager.ts";
import { pureos } from "./pureos.ts";
import { raspberryPiOs } from "./raspberry-pi-os.ts";
import type { DistributionName } from "./schema.ts";
import { tromjaro } from "./tromjaro.ts";
import { ubuntu } from "./ubuntu.ts";

/** What differs between distributions, as data and pure functions. A new one is a file and a row in `distributions`. */
export interface Distribution {
  readonly name: DistributionName;
  /** As a person writes it. */
  readonly label: string;
  readonly packages: PackageManager;
  readonly services: ServiceManager;
  readonly cgroup: {
    /** How cgroup v2 comes to be the host's hierarchy, in the order to be done. */
    readonly enable: readonly string[];
    /** How a missing memory controller comes back. */
    readonly memory: readonly string[];
  };
  /** Where the kernel's command line may be set; the first whose file is there counts. */
  readonly commandLine: readonly CommandLineFile[];
  /** Of the installed packages, those that have to be held so that the running kernel stays. `kernel` as of `uname -r`. */
  kernelPackages(installed: readonly string[], kernel: string): string[];
}

export const distributions: Readonly<Record<DistributionName, Distribution>> = {
  alpine,
  tromjaro,
  pureos,
  ubuntu,
  "raspberry-pi-os": raspberryPiOs,
  debian,
};

export function distributionOf(name: DistributionName): Distribution {
  return distributions[name];
}
