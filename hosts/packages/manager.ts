import type { Shell } from "../sh.ts";

/** What one kind of package manager is asked, as shell pieces, and how its answers read. All pure. */
export interface PackageManager {
  readonly family: "apt" | "pacman" | "apk";
  /** Prints every installed package: what a lock file is made of. */
  readonly listInstalled: Shell;
  /** Real name to version. */
  parseInstalled(text: string): Map<string, string>;
  /** From the same text, names of what is there in any state, half removed or its configuration alone; what `parseInstalled` gives, by default. */
  parsePresent?(text: string): readonly string[];
  /** From the same text, names of what was removed without its configuration, where a package manager remembers such. */
  parseConfigured?(text: string): readonly string[];
  /** Prints what could be installed of these. */
  listCandidates(names: readonly string[]): Shell;
  parseCandidates(text: string): Map<string, string>;
  /** Every version that a source has of these, for those that a lock file names. */
  listVersions(names: readonly string[]): Shell;
  parseVersions(text: string): Map<string, readonly string[]>;
  /** Prints `yes` when there is a package index. */
  readonly hasIndex: Shell;
  readonly fetchIndex: Shell;
  readonly dropIndex: Shell;
  /** Asks nothing, waits for another package manager to end, leaves alone what is there in the wanted version. Removes nothing: it fails instead. */
  install(names: readonly string[], versions: Readonly<Record<string, string>>): Shell;
  /** Prints, for `parseRemoval`, what would have to go for them; absent where a refused installation says that itself. */
  simulateInstall?(names: readonly string[], versions: Readonly<Record<string, string>>): Shell;
  /**
   * Brings an installation or removal to its end that was killed in the middle, and does nothing where none was: until then packages are
   * neither there nor gone, and what is simulated is not what is there.
   */
  readonly complete: Shell;
  /** What to look at on the host when no source has a package. */
  readonly whenMissing: string;
  /** Prints what would go if these were removed, with everything that needs them. */
  simulateRemoval(names: readonly string[]): Shell;
  /** Prints, in the same form, those of them that no other package needs, neither itself nor through others. */
  simulateUnneeded(names: readonly string[]): Shell;
  parseRemoval(text: string): string[];
  /** Removes them with their configuration, but for those whose configuration was there before them. */
  remove(names: readonly string[], configured?: readonly string[]): Shell;
  /** Marks installed packages as there for others only, so that the host's own clean-up takes them when nobody needs them any more. */
  leave(names: readonly string[]): Shell;
  /** Keeps installed packages at their version whatever is upgraded. What is held already stays as it is. */
  hold(names: readonly string[]): Shell;
  /** Undoes `hold`; to be given only what `listHeld` did not name before it. */
  unhold(names: readonly string[]): Shell;
  /** What a person does to hold packages, given by name and installed version. */
  holdByHand(packages: readonly (readonly [string, string])[]): string;
  readonly listHeld: Shell;
  parseHeld(text: string): string[];
}

/** Versions by name, from pairs; what is no pair is left out. */
export function groupVersions(pairs: readonly (readonly string[])[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, version] of pairs)
    if (name !== undefined && version !== undefined) found.set(name, [...new Set([...(found.get(name) ?? []), version])]);
  return found;
}

/** What an init system is asked. Every step may be repeated. */
export interface ServiceManager {
  readonly kind: "systemd" | "openrc";
  /** Prints `NAME active` or another state, a line for each. */
  states(names: readonly string[]): Shell;
  /** Prints the name of every running service, a line for each. */
  readonly listRunning: Shell;
  /** Prints `NAME enabled` or another word, a line for each: whether it starts at boot. */
  enablement(names: readonly string[]): Shell;
  start(name: string): Shell;
  /** Stops it, with whatever would start it again. */
  stop(name: string): Shell;
  /** From the next boot on. */
  enable(name: string): Shell;
  disable(name: string): Shell;
}
