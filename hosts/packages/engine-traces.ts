import { joinSh, type Shell, sh } from "../sh.ts";
import { readLeftovers } from "./engine-leftovers.ts";

/** What a container engine leaves behind in the system when it has run, besides its packages. Units of systemd; others find none. */
const UNITS = ["docker.socket", "docker.service", "containerd.service", "podman.socket", "podman.service"];
const INTERFACES = ["docker0", "podman0"];
/** In the order of writing: `ip_forward` sets the others below it (kernel documentation, ip-sysctl). */
const SYSCTLS = [
  "net.ipv4.ip_forward",
  "net.ipv4.conf.all.forwarding",
  "net.ipv4.conf.default.forwarding",
  "net.ipv4.conf.all.accept_redirects",
  "net.ipv4.conf.default.accept_redirects",
];

/** Podman mounts its store onto itself and unmounts it at its end, which one that is killed does not reach. */
const MOUNTS = ["/var/lib/containers/storage/overlay"];

const FIREWALLS = ["iptables", "ip6tables"];
/** Docker and Podman's netavark name their chains and bridges so; a word in any line of a rule. */
const ENGINE_RULES = "docker|netavark|podman";

/** As a host was before its engines came: unit, interface, mount, group, store, firewall or sysctl to its state. */
export type EngineTraces = Readonly<Record<string, string>>;

/** Where sed is to look: mangle has a FORWARD chain as well. */
const FILTER_TABLE = "/^[*]filter/,/^COMMIT/";
const FORWARD_POLICY = `${FILTER_TABLE} s/^:FORWARD \\([A-Z]*\\).*/\\1/p`;

/** Prints a line for each trace: kind, name and state. Changes nothing. */
export const readTraces: Shell = joinSh([
  sh`if command -v systemctl >/dev/null 2>&1; then for u in ${UNITS}; do echo "unit $u $(systemctl is-active "$u" 2>/dev/null)"; done; fi`,
  sh`for i in ${INTERFACES}; do if [ -e "/sys/class/net/$i" ]; then echo "interface $i present"; else echo "interface $i absent"; fi; done`,
  sh`for m in ${MOUNTS}; do if grep -q " $m " /proc/self/mounts; then echo "mount $m present"; else echo "mount $m absent"; fi; done`,
  readLeftovers,
  // `engine`: chains of an engine; else what becomes of a forwarded packet, which Docker changes.
  sh`for t in ${FIREWALLS}; do
  if rules=$("$t-save" 2>/dev/null); then
    if printf '%s' "$rules" | grep -Eiq ${ENGINE_RULES}; then echo "firewall $t engine"; else
      policy=$(printf '%s' "$rules" | sed -n ${FORWARD_POLICY}); echo "firewall $t \${policy:-ACCEPT}"; fi
  else echo "firewall $t ACCEPT"; fi
done`,
  sh`for s in ${SYSCTLS}; do f=/proc/sys/$(echo "$s" | tr . /); if [ -r "$f" ]; then echo "sysctl $s $(cat "$f")"; fi; done`,
]);

export function parseTraces(text: string): EngineTraces {
  const lines = text.split("\n").map((line) => line.trim().split(" "));
  return Object.fromEntries(
    lines.flatMap(([kind, name, state]) => (kind && name && state ? [[`${kind} ${name}`, state] as const] : [])),
  );
}

/** What to run so that a host whose traces are `now` is again as it was `before`. Nothing to do is no step. */
export function restoreTraces(before: EngineTraces, now: EngineTraces): Shell[] {
  const changed = (kind: string, names: readonly string[]) =>
    names.flatMap((name) => {
      const earlier = before[`${kind} ${name}`];
      return earlier === undefined || earlier === now[`${kind} ${name}`] ? [] : [{ name, earlier }];
    });
  const units = changed("unit", UNITS);
  const stop = units.filter(({ earlier }) => earlier !== "active").map(({ name }) => name);
  // A socket can't listen while its service runs, so what was active is started last; a socket that triggered its service reads active.
  const serviceStops = stop.includes("docker.service") && before["unit docker.socket"] === "active" ? ["docker.socket"] : [];
  const start = [...new Set([...units.filter(({ earlier }) => earlier === "active").map(({ name }) => name), ...serviceStops])];
  return [
    ...(stop.length === 0 ? [] : [sh`systemctl stop ${[...serviceStops, ...stop]}`]),
    ...changed("interface", INTERFACES).flatMap(({ name, earlier }) =>
      earlier === "absent" ? [unlessDockerRuns(sh`ip link delete ${name} 2>/dev/null || true`)] : [],
    ),
    // Refused, and rightly, while a container of somebody runs.
    ...changed("mount", MOUNTS).flatMap(({ name, earlier }) =>
      earlier === "absent" ? [sh`while umount ${name} 2>/dev/null; do :; done`] : [],
    ),
    ...changed("firewall", FIREWALLS).flatMap(({ name, earlier }) =>
      now[`firewall ${name}`] === "engine" ? [unlessDockerRuns(withoutEngineRules(name, earlier))] : [],
    ),
    ...restoreSysctls(before, now),
    ...(start.length === 0 ? [] : [sh`systemctl reset-failed ${start} 2>/dev/null; systemctl start ${start}`]),
  ];
}

/** Ours is stopped by now: one that runs still was started by somebody by hand, and can't do without its bridge and rules. */
function unlessDockerRuns(step: Shell): Shell {
  return sh`if ! pidof dockerd >/dev/null 2>&1; then ${step}; fi`;
}

/** The tables as they are without the lines of engines, put in their place in one step. Tables that iptables can't read are left alone. */
function withoutEngineRules(program: string, policy: string): Shell {
  const forward = `${FILTER_TABLE} s/^:FORWARD [A-Z]*/:FORWARD ${policy}/`;
  return sh`if rules=$(${`${program}-save`} 2>/dev/null); then printf '%s\\n' "$rules" | grep -Eiv ${ENGINE_RULES} | sed ${forward} | ${`${program}-restore`}; fi`;
}

/** All of them when one moved: writing one may move another. */
function restoreSysctls(before: EngineTraces, now: EngineTraces): Shell[] {
  const known = SYSCTLS.filter((name) => before[`sysctl ${name}`] !== undefined);
  if (known.every((name) => before[`sysctl ${name}`] === now[`sysctl ${name}`])) return [];
  return known.map((name) => sh`echo ${before[`sysctl ${name}`] ?? ""} >${`/proc/sys/${name.replaceAll(".", "/")}`}`);
}
