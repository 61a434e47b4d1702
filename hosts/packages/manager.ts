import type { Shell } from "../sh.ts";

/** What one kind of package manager is asked, as shell pieces, and how its answers read. All pure. */
export interface PackageManager {
  /** Prints every installed package. */
  readonly listInstalled: Shell;
  /** Real name to version. */
  parseInstalled(text: string): Map<string, string>;
  /** Prints what could be installed of these. */
  listCandidates(names: readonly string[]): Shell;
  parseCandidates(text: string): Map<string, string>;
  /** Prints `yes` when there is a package index. */
  readonly hasIndex: Shell;
  readonly fetchIndex: Shell;
  readonly dropIndex: Shell;
  install(names: readonly string[], versions: Readonly<Record<string, string>>): Shell;
  /** Prints what would go if these were removed. */
  simulateRemoval(names: readonly string[]): Shell;
  parseRemoval(text: string): string[];
  /** Removes them with their configuration, in one call. */
  remove(names: readonly string[]): Shell;
}

/** What an init system is asked. */
export interface ServiceManager {
  /** Prints `NAME active` or another state, a line for each. */
  states(names: readonly string[]): Shell;
  start(name: string): Shell;
  /** Stops it, with whatever would start it again. */
  stop(name: string): Shell;
}
