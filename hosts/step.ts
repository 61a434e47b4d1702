import { type Become, elevate } from "./become.ts";
import { quote, type Shell, sh } from "./sh.ts";

/** Stands between a password and what follows it; the same each time, so that nothing differs from run to run. */
const SENTINEL = "distrobench-input-follows";

/**
 * A command line for the connection's user that runs a script of the user's as root. Variables and a password come on its standard
 * input (`stepInput`), never in an argument: other users of the host see those. With a stack it can be found again by `stopSteps`.
 */
export function stepCommand(become: Become, script: string, stack?: string): string {
  const mark = stack === undefined ? "" : `: distrobench-step=${stack}.\n`;
  return elevate(become, `${mark}set -e\neval "$(cat)"\nexec </dev/null\n${script}`, [], SENTINEL).command;
}

export function stepInput(become: Become, environment: Readonly<Record<string, string>>): string {
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  return elevate(become, "", [], SENTINEL).preamble + lines.join("");
}

/**
 * Ends every step of a stack that runs on this host, with all that it started in its process group: TERM, and KILL for what is there a
 * second later. Prints how many groups there were. The dead man of a guarded step has a session of its own and stays. For root.
 */
export function stopSteps(stack: string): Shell {
  // Neither this script nor its grep holds the mark that it looks for. busybox takes no -- before a group, and dash needs none.
  const mark = `distrobench-[s]tep=${stack}[.]`;
  return sh`groups=
for file in $(grep -ls -e ${mark} /proc/[0-9]*/cmdline); do
  IFS= read -r stat 2>/dev/null <"\${file%cmdline}stat" || continue
  set -- \${stat##*) }
  case " $groups " in *" $3 "*) ;; *) groups="$groups $3" ;; esac
done
set -- $groups
echo $#
for group; do kill -TERM "-$group" 2>/dev/null; done
for tenth in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for group; do kill -0 "-$group" 2>/dev/null && left="$left $group"; done
  set -- $left
  [ $# -gt 0 ] || exit 0
  sleep 0.1
done
for group; do kill -KILL "-$group" 2>/dev/null; done
exit 0`;
}
