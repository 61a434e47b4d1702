import { editorName } from "../editor/release.ts";
import { UserError } from "../errors.ts";
import type { DistributionName } from "../schema.ts";

/** What a matrix may ask for. Each distribution says what it is called there. */
export type AbstractPackage = "docker" | "podman" | "git" | "python" | "node" | "curl" | "valgrind" | "strace" | "editor";

/** Real names on one distribution; the first is the one whose version counts. None where no package manager brings it. */
type RealNames = readonly string[];

interface NamesByRelease {
  readonly names: RealNames;
  /** Releases (code names) on which the names differ. */
  readonly except?: Readonly<Record<string, RealNames>>;
  /** What the maker's own repository calls it: taken where the host has it, or has that repository (`vendors.ts`). */
  readonly vendor?: RealNames;
}

export interface PackageEntry {
  /** Oldest usable version, compared number by number; absent means that any will do. */
  readonly minimum?: string;
  /** Why it is the oldest, for the refusal. */
  readonly reason?: string;
  /** How to come to a newer one where no vendor's repository is known, for the refusal. */
  readonly wayOut?: string;
  /** The service that has to run for it to be usable. */
  readonly service?: string;
  /** What the controller brings itself, byte by byte the same for every distribution: its name and version. */
  readonly brought?: string;
  readonly distributions: Readonly<Record<DistributionName, NamesByRelease>>;
}

/** One name or list for all distributions, but for the ones named. */
function everywhere(
  names: RealNames,
  others: Partial<Record<DistributionName, NamesByRelease>> = {},
): Readonly<Record<DistributionName, NamesByRelease>> {
  const row = { names };
  return { debian: row, "raspberry-pi-os": row, pureos: row, ubuntu: row, alpine: row, tromjaro: row, ...others };
}

/** `docker-cli` is only recommended by `docker.io` from Debian 13 on; before, it is a part of it. */
const OLD_DOCKER: RealNames = ["docker.io", "ca-certificates"];
const DOCKER_CE: RealNames = ["docker-ce", "docker-ce-cli", "containerd.io", "ca-certificates"];
const debianDocker: NamesByRelease = {
  names: ["docker.io", "docker-cli", "ca-certificates"],
  except: { bullseye: OLD_DOCKER, bookworm: OLD_DOCKER, byzantium: OLD_DOCKER, crimson: OLD_DOCKER },
  vendor: DOCKER_CE,
};

/**
 * Recommended packages are never installed, so the ones an engine can't do without are listed: `netavark` runs `nft` and recommends
 * `aardvark-dns` for names. Arch's and Alpine's packages depend on what they need.
 */
export const packageTable: Readonly<Record<AbstractPackage, PackageEntry>> = {
  docker: {
    minimum: "24",
    reason: "the study used Docker Engine 24 or newer",
    wayOut: "use a newer release of the distribution",
    service: "docker",
    distributions: everywhere(debianDocker.names, {
      debian: debianDocker,
      "raspberry-pi-os": debianDocker,
      pureos: debianDocker,
      ubuntu: { names: OLD_DOCKER, vendor: DOCKER_CE },
      alpine: { names: ["docker", "ca-certificates"] },
      tromjaro: { names: ["docker", "ca-certificates"] },
    }),
  },
  podman: {
    minimum: "4",
    reason: "the study used Podman 4 or newer",
    wayOut: "use a newer release of the distribution (Debian 12, PureOS 11, or their derivatives)",
    distributions: everywhere(["podman", "crun", "netavark", "aardvark-dns", "nftables", "ca-certificates"], {
      alpine: { names: ["podman", "crun", "netavark", "aardvark-dns", "ca-certificates"] },
      tromjaro: { names: ["podman", "crun", "netavark", "aardvark-dns", "ca-certificates"] },
    }),
  },
  git: { distributions: everywhere(["git", "ca-certificates"]) },
  python: { distributions: everywhere(["python3"], { tromjaro: { names: ["python"] } }) },
  node: {
    minimum: "18",
    reason: "the program that measures on the host needs Node.js 18",
    wayOut: "use a newer release of the distribution, or add a repository with a newer nodejs to the host before this run",
    distributions: everywhere(["nodejs"]),
  },
  curl: { distributions: everywhere(["curl", "ca-certificates"]) },
  // They count what a command does.
  valgrind: { distributions: everywhere(["valgrind"]) },
  strace: { distributions: everywhere(["strace"]) },
  // No distribution of the study but Arch's packages a VS Code server; see hosts/editor/.
  editor: { brought: editorName, distributions: everywhere([]) },
};

/** What a host has and could have, by real name. */
export interface KnownPackages {
  readonly installed: ReadonlyMap<string, string>;
  readonly candidates: ReadonlyMap<string, string>;
}

export function isEngine(name: string): boolean {
  return name === "docker" || name === "podman";
}

/** Every real name by which a distribution's engines are known, its own and their makers'. */
export function engineNames(distribution: DistributionName): string[] {
  const rows = Object.keys(packageTable)
    .filter(isEngine)
    .map((name) => packageEntry(name).distributions[distribution]);
  return rows.flatMap(({ names, except = {}, vendor = [] }) =>
    [names, ...Object.values(except), vendor].flatMap(([first]) => first ?? []),
  );
}

/** The entry of an abstract name. Throws `UserError` for a name that is not in the table. */
export function packageEntry(name: string): PackageEntry {
  const entry = Object.entries(packageTable).find(([key]) => key === name)?.[1];
  if (entry === undefined)
    throw new UserError(`there is no package "${name}" in the package table`, {
      remedy: `use one of ${Object.keys(packageTable).join(", ")}`,
    });
  return entry;
}

/**
 * Real names of one abstract package: the distribution's, unless the host has the vendor's, or has the vendor's repository and
 * neither. `release` is the distribution's own code name (`trixie`). Throws `UserError` for an unknown name.
 */
export function realNames(distribution: DistributionName, release: string, wanted: string, known?: KnownPackages): RealNames {
  const { names, except, vendor } = packageEntry(wanted).distributions[distribution];
  const own = except?.[release] ?? names;
  if (vendor === undefined || known === undefined) return own;
  const { installed, candidates } = known;
  const [first = ""] = vendor;
  if (installed.has(first)) return vendor;
  return !installed.has(own[0] ?? "") && candidates.has(first) ? vendor : own;
}

/** The real name whose version counts; the abstract one where no package manager brings it. */
export function mainName(distribution: DistributionName, release: string, wanted: string, known?: KnownPackages): string {
  return realNames(distribution, release, wanted, known)[0] ?? wanted;
}

/** Real package names for abstract ones, sorted, each once. Throws `UserError` for an unknown name. */
export function packageNames(
  distribution: DistributionName,
  release: string,
  wanted: readonly string[],
  known?: KnownPackages,
): string[] {
  return [...new Set(wanted.flatMap((name) => realNames(distribution, release, name, known)))].sort();
}

/** Every real name that an abstract one may have on a distribution, whatever its release and repositories. */
export function possibleNames(distribution: DistributionName, wanted: readonly string[]): string[] {
  const rows = wanted.map((name) => packageEntry(name).distributions[distribution]);
  const names = rows.flatMap((row) => [...row.names, ...Object.values(row.except ?? {}).flat(), ...(row.vendor ?? [])]);
  return [...new Set(names)].sort();
}
