import { type Shell, sh } from "../sh.ts";
import type { ServiceManager } from "./manager.ts";

/**
 * OpenRC says a service's state by `status`'s exit code (rc-service(8)): 0 started, 3 stopped, 4 stopping, 8 starting, 16 inactive,
 * 32 crashed. What starts at boot are links in a runlevel's folder; `rc-update del` fails for one that is not there. A service that
 * did its work and ended is `started`, too.
 */
export const openrc: ServiceManager = {
  kind: "openrc",
  states: (names) => sh`for n in ${names}; do
  rc-service -e "$n" || { echo "$n unknown"; continue; }
  rc-service "$n" status >/dev/null 2>&1
  case $? in 0) echo "$n active";; 3) echo "$n inactive";; 4) echo "$n deactivating";; 8) echo "$n activating";; 32) echo "$n failed";; *) echo "$n unknown";; esac
done`,
  listRunning: sh`rc-status -a -f ini | sed -n 's/^[[:space:]]*\\([^ =]*\\) *= *started.*/\\1/p' | sort -u`,
  enablement: (names) =>
    sh`for n in ${names}; do if ls -d /etc/runlevels/*/"$n" >/dev/null 2>&1; then echo "$n enabled"; else echo "$n disabled"; fi; done`,
  start: (name) => apart(sh`rc-service --ifnotstarted ${name} start`),
  stop: (name) => sh`rc-service --ifstarted ${name} stop`,
  enable: (name) => sh`[ -e ${`/etc/runlevels/default/${name}`} ] || rc-update add ${name} default`,
  disable: (name) => sh`[ ! -L ${`/etc/runlevels/default/${name}`} ] || rc-update del ${name} default`,
};

/**
 * With a file for its output: a daemon has that as its own, and not every one closes it, so that a connection would wait for its end. `exit`
 * ends these commands, not those around them.
 */
function apart(command: Shell): Shell {
  return sh`(t=$(mktemp) || exit 1; ${command} </dev/null >"$t" 2>&1; r=$?; cat "$t" >&2; rm -f "$t"; exit $r)`;
}
