import { UserError } from "../errors.ts";
import type { DistributionName } from "../schema.ts";

/** What a matrix may ask for. Each distribution says what it is called there. */
export type AbstractPackage = "docker" | "podman" | "git" | "python" | "node" | "curl";

/** Real names on one distribution; the first is the one whose version counts. */
type RealNames = readonly [string, ...string[]];

interface NamesByRelease {
  readonly names: RealNames;
  /** Releases (code names) on which the names differ. */
  readonly except?: Readonly<Record<string, RealNames>>;
}

export interface PackageEntry {
  /** Oldest usable version, compared number by number; absent means that any will do. */
  readonly minimum?: string;
  /** Why it is the oldest, for the refusal. */
  readonly reason?: string;
  /** How to come to a newer one, for the refusal. */
  readonly wayOut?: string;
  /** The service that has to run for it to be usable. */
  readonly service?: string;
  readonly distributions: Partial<Readonly<Record<DistributionName, NamesByRelease>>>;
}

/**
 * Recommended packages are never installed, so the ones an engine can't do without are listed: `docker-cli` is only recommended by
 * `docker.io` from Debian 13 on (before, it is a part of it), `netavark` runs `nft` and recommends `aardvark-dns` for names.
 */
export const packageTable: Readonly<Record<AbstractPackage, PackageEntry>> = {
  docker: {
    minimum: "24",
    reason: "the study used Docker Engine 24 or newer",
    wayOut: "use Debian 13, or add Docker's own apt repository (docker-ce) to the host before this run",
    service: "docker",
    distributions: {
      debian: {
        names: ["docker.io", "docker-cli", "ca-certificates"],
        except: { bullseye: ["docker.io", "ca-certificates"], bookworm: ["docker.io", "ca-certificates"] },
      },
    },
  },
  podman: {
    minimum: "4",
    reason: "the study used Podman 4 or newer",
    wayOut: "use Debian 12 or newer",
    distributions: {
      debian: { names: ["podman", "crun", "netavark", "aardvark-dns", "nftables", "ca-certificates"] },
    },
  },
  git: { distributions: { debian: { names: ["git", "ca-certificates"] } } },
  python: { distributions: { debian: { names: ["python3"] } } },
  node: {
    minimum: "18",
    reason: "the program that measures on the host needs Node.js 18",
    wayOut: "use Debian 12 or newer, or add a repository with a newer nodejs to the host before this run",
    distributions: { debian: { names: ["nodejs"] } },
  },
  curl: { distributions: { debian: { names: ["curl", "ca-certificates"] } } },
};

/** The entry of an abstract name. Throws `UserError` for a name that is not in the table. */
export function packageEntry(name: string): PackageEntry {
  const entry = Object.entries(packageTable).find(([key]) => key === name)?.[1];
  if (entry === undefined)
    throw new UserError(`there is no package "${name}" in the package table`, {
      remedy: `use one of ${Object.keys(packageTable).join(", ")}`,
    });
  return entry;
}

/** Real names of one abstract package. Throws `UserError` where the distribution has no row yet. */
export function realNames(distribution: DistributionName, release: string, wanted: string): RealNames {
  const row = packageEntry(wanted).distributions[distribution];
  if (row === undefined)
    throw new UserError(`the package table does not say yet what "${wanted}" is called on ${distribution}`, {
      remedy: `so far distrobench sets up ${Object.keys(packageEntry(wanted).distributions).join(", ")}: use such a host`,
    });
  return row.except?.[release] ?? row.names;
}

/**
 * Real package names for abstract ones, sorted, each once. `release` is the distribution's own code name (`trixie`).
 * Throws `UserError` for an unknown name or a distribution without a row.
 */
export function packageNames(distribution: DistributionName, release: string, wanted: readonly string[]): string[] {
  return [...new Set(wanted.flatMap((name) => realNames(distribution, release, name)))].sort();
}
