import type { PackagesInputs } from "../schema.ts";
import type { PackageState } from "./plan.ts";

export interface Unlocked {
  /** The locked versions that are there or can be had. */
  readonly versions: Readonly<Record<string, string>>;
  /** One sentence for each that can't. */
  readonly problems: readonly string[];
}

/**
 * Which locked versions a host can have. A package that the host has in another version is the owner's: it is not replaced, since the
 * old one could not be brought back. Pure.
 */
export function lockedVersions(
  { versions = {} }: Pick<PackagesInputs, "versions">,
  state: PackageState,
  ours: readonly string[],
): Unlocked {
  const judged = Object.entries(versions).map(([name, locked]) => {
    const problem = problemOf(name, locked, state, ours.includes(name));
    return { name, locked, problem };
  });
  const usable = judged.filter(({ problem }) => problem === undefined);
  return {
    versions: Object.fromEntries(usable.map(({ name, locked }) => [name, locked])),
    problems: judged.flatMap(({ name, locked, problem }) => (problem === undefined ? [] : [`${name} ${locked}: ${problem}`])),
  };
}

function problemOf(name: string, locked: string, state: PackageState, isOurs: boolean): string | undefined {
  const installed = state.installed.get(name);
  if (installed === locked) return undefined;
  if (installed !== undefined && !isOurs) return `the host has ${installed}, which stays`;
  const offered = state.versions?.get(name) ?? [];
  if (offered.includes(locked)) return undefined;
  return offered.length === 0 ? "no package source of the host has it" : `to be had is only ${offered.join(", ")}`;
}
