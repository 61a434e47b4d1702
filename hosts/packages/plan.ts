import { UserError } from "../errors.ts";
import type { PackagesInputs } from "../schema.ts";
import { isEngine, mainName, packageEntry, packageNames } from "./table.ts";
import { vendorRemedy } from "./vendors.ts";
import { isAtLeast, upstreamVersion } from "./version.ts";

/** What a host says about its packages. */
export interface PackageState {
  /** The distribution's code name of its release. */
  readonly release: string;
  readonly installed: ReadonlyMap<string, string>;
  /** Names of packages that were removed and whose configuration was left; absent where the package manager remembers none. */
  readonly configured?: readonly string[];
  /** Versions that could be installed; empty where there is no index. */
  readonly candidates: ReadonlyMap<string, string>;
  /** Services that run. */
  readonly active: readonly string[];
  readonly hasIndex: boolean;
  /** Every version to be had, of packages that a lock file names; absent where nobody asked. */
  readonly versions?: ReadonlyMap<string, readonly string[]>;
}

export interface PackagePlan {
  /** Real names to install, sorted. */
  readonly install: readonly string[];
  /** Services to start once all is installed. */
  readonly start: readonly string[];
}

type Wanted = Pick<PackagesInputs, "host" | "distribution" | "wanted" | "versions">;

/** The steps that are still needed; none when all is there. Throws `UserError` for what is or would be too old. */
export function planPackages(inputs: Wanted, state: PackageState): PackagePlan {
  for (const name of inputs.wanted) refuseOld(inputs, state, name);
  const names = packageNames(inputs.distribution, state.release, inputs.wanted, state);
  const locked = Object.keys(inputs.versions ?? {});
  return {
    install: [...new Set([...names, ...locked])].filter((name) => !isThere(inputs, state, name)),
    start: servicesOf(inputs.wanted).filter((service) => !state.active.includes(service)),
  };
}

/** Abstract names of which everything is installed and running: what `read` reports. */
export function presentPackages(inputs: Wanted, state: PackageState): string[] {
  return inputs.wanted.filter((name) => {
    const plan = planWithoutRefusal(inputs, state, name);
    return plan.install.length === 0 && plan.start.length === 0;
  });
}

/** Versions of engines, by abstract name. */
export function engineVersions(inputs: Wanted, state: PackageState): Record<string, string> {
  const engines = inputs.wanted.filter(isEngine);
  const found = engines.map(
    (name) => [name, state.installed.get(mainName(inputs.distribution, state.release, name, state))] as const,
  );
  return Object.fromEntries(
    found.flatMap(([name, version]) => (version === undefined ? [] : [[name, upstreamVersion(version)]])),
  );
}

export function servicesOf(wanted: readonly string[]): string[] {
  return wanted.flatMap((name) => packageEntry(name).service ?? []);
}

function planWithoutRefusal(inputs: Wanted, state: PackageState, name: string): PackagePlan {
  return {
    install: packageNames(inputs.distribution, state.release, [name], state).filter((real) => !isThere(inputs, state, real)),
    start: servicesOf([name]).filter((service) => !state.active.includes(service)),
  };
}

function isThere(inputs: Wanted, state: PackageState, name: string): boolean {
  const installed = state.installed.get(name);
  const locked = inputs.versions?.[name];
  return installed !== undefined && (locked === undefined || locked === installed);
}

function refuseOld(inputs: Wanted, state: PackageState, wanted: string): void {
  const { minimum, reason, wayOut } = packageEntry(wanted);
  const main = mainName(inputs.distribution, state.release, wanted, state);
  const version = state.installed.get(main) ?? inputs.versions?.[main] ?? state.candidates.get(main);
  if (minimum === undefined || version === undefined || isAtLeast(version, minimum)) return;
  const where = state.installed.has(main) ? "has" : "offers only";
  const remedy = remedyFor(inputs.distribution, state, wanted) ?? wayOut;
  throw new UserError(
    `${inputs.host}: ${wanted} is too old: ${inputs.distribution} ${state.release} ${where} ${main} ${upstreamVersion(version)}, ` +
      `needed is ${minimum} or newer (${reason})`,
    remedy === undefined ? {} : { remedy },
  );
}

/** The vendor's way to a newer version; what is installed too old is not replaced by us, since it may be in use. */
export function remedyFor(distribution: PackagesInputs["distribution"], state: PackageState, wanted: string): string | undefined {
  const main = mainName(distribution, state.release, wanted, state);
  const remedy = vendorRemedy(distribution, state.release, wanted);
  if (remedy === undefined || !state.installed.has(main)) return remedy;
  return `remove ${main} from the host, and ${remedy}`;
}
