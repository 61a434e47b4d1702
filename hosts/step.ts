import { type Become, elevate } from "./become.ts";
import { quote } from "./sh.ts";

/** Stands between a password and what follows it; the same each time, so that nothing differs from run to run. */
const SENTINEL = "distrobench-input-follows";

/**
 * A command line for the connection's user that runs a script of the user's as root. Variables and a password come on its standard
 * input (`stepInput`), never in an argument: other users of the host see those.
 */
export function stepCommand(become: Become, script: string): string {
  return elevate(become, `set -e\neval "$(cat)"\nexec </dev/null\n${script}`, [], SENTINEL).command;
}

export function stepInput(become: Become, environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return elevate(become, "", [], SENTINEL).preamble + lines.join("");
}
