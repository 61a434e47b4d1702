import { debian } from "./debian.ts";
import { UserError } from "./errors.ts";
import type { PackageManager, ServiceManager } from "./packages/manager.ts";
import type { DistributionName } from "./schema.ts";

/** What differs between distributions, as data and pure functions. A new one is a file and a row in `distributions`. */
export interface Distribution {
  readonly name: DistributionName;
  /** As a person writes it. */
  readonly label: string;
  readonly packages: PackageManager;
  readonly services: ServiceManager;
}

/** Those that can be set up today; all six are recognised. */
const distributions: Partial<Readonly<Record<DistributionName, Distribution>>> = { debian };

/** Throws `UserError` for one that has no row yet. */
export function distributionOf(name: DistributionName): Distribution {
  const distribution = distributions[name];
  if (distribution === undefined)
    throw new UserError(`packages on ${name} can't be handled yet`, {
      remedy: `leave out the host's packages, or use ${Object.keys(distributions).join(", ")}`,
    });
  return distribution;
}
