import type { Machine } from "./machines.ts";

/**
 * Everything that a test compares a host by, seen by plain commands and none of the product's code: `kind name` to value. Knobs are all
 * sysctls, the scheduler's debugfs files, CPU, memory and interrupt settings, and control groups of slices; besides them files, packages
 * and units.
 */
export type Snapshot = ReadonlyMap<string, string>;

const KNOBS = `
sysctl -a 2>/dev/null | sed 's/ = /\\t/; s/^/sysctl /'
one() { for f do [ -f "$f" ] && printf 'knob %s\\t%s\\n' "$f" "$(tr '\\n\\t' '  ' <"$f" 2>/dev/null)"; done; }
one $(find /sys/kernel/debug/sched /sys/kernel/mm/transparent_hugepage /sys/devices/virtual/workqueue -maxdepth 2 -type f ! -name debug ! -name domains 2>/dev/null)
one /proc/irq/default_smp_affinity /proc/irq/*/smp_affinity_list /sys/class/net/*/queues/*/[rx]ps_cpus
one $(find /sys/fs/cgroup -maxdepth 2 -path '*.slice/*' \\( -name cpu.weight -o -name 'cpuset.cpus*' -o -name 'memory.*max' \\)) /sys/fs/cgroup/cgroup.subtree_control
cat /proc/swaps | sed 's/[ \\t]\\+/ /g; s/^/swap /; s/$/\\t/'
`;

const FILES = `
find /etc /usr/local /root /var/lib/distrobench /lib/systemd/system \\( -type f -o -type l \\) ! -path '/etc/ld.so.cache' ! -path '/root/.cache/*' -exec stat -c 'file %n\\t%a %u:%g %s' {} + 2>/dev/null | sort
find /etc /var/lib/distrobench -type f ! -path '/etc/ld.so.cache' -exec sha256sum {} + 2>/dev/null | sed 's/\\([0-9a-f]*\\)  \\(.*\\)/content \\2\\t\\1/'
`;

/** What any distribution has, by tools that busybox has too. */
export const EVERYWHERE = `${KNOBS}${FILES}`;

const SCRIPT = `${EVERYWHERE}
ls -d /run/distrobench* /tmp/distrobench* 2>/dev/null | sed 's/^/file /; s/$/\\tpresent/'
dpkg-query -W -f='package \${Package}\\t\${Version} \${db:Status-Abbrev}\\n'
units() { for i in 1 2 3 4 5 6; do systemctl "$@" --no-legend --no-pager && return; sleep 5; done; exit 1; }
units list-unit-files >/run/snapshot-units && units list-units --all --plain '*.service' '*.timer' '*.slice' >/run/snapshot-running || exit 1
awk '{ print "unit " $1 "\\t" $2 }' /run/snapshot-units
awk '{ print "running " $1 "\\t" ($3 == "active") }' /run/snapshot-running
rm /run/snapshot-units /run/snapshot-running
ps -eo args= | grep distrobench | grep -v grep | sed 's/^/process /; s/$/\\tpresent/'
`;

/** Counters, sizes the kernel computes by itself, and what lives as long as a login or a moment: the same on a host nobody touches. */
const RESTLESS =
  /^(sysctl (fs\.(dentry|inode|file-nr|aio-nr|quota)|kernel\.(random|ns_last_pid|pty\.nr|keys|perf_|tainted)|net\.netfilter|net\.ipv4\.route|vm\.(stat_refresh|user_reserve))|knob .*khugepaged\/(full_scans|pages_collapsed)|running (session-|user|ssh|sshd|run-|system-|systemd-(tmpfiles|hostnamed|timedated|logind)|dpkg|apt)|file \/root\/)/;

export async function snapshotOf(machine: Machine): Promise<Snapshot> {
  return parseSnapshot(await machine.ssh(SCRIPT));
}

/** Reads lines of kind, name, tab and value; without what changes by itself. */
export function parseSnapshot(text: string): Snapshot {
  const entries = text.split("\n").map((line): [string, string] => {
    const at = line.indexOf("\t");
    return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
  });
  return new Map(entries.filter(([name]) => name !== "" && !RESTLESS.test(name)));
}

/** What differs, one line each. */
const OF_A_DRIVER = /^(knob \/sys\/devices\/virtual\/workqueue\/|sysctl dev\.)/;

export function differences(before: Snapshot, after: Snapshot): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return (
    names
      .filter((name) => before.get(name) !== after.get(name))
      // What a driver brings that the kernel loads while we look, such as a disk controller's: it came, and nobody changed it.
      .filter((name) => before.has(name) || !OF_A_DRIVER.test(name))
      .map((name) => `${name}: ${before.get(name) ?? "absent"} -> ${after.get(name) ?? "absent"}`)
  );
}

/** How many entries of each kind a snapshot has. */
export function sizes(snapshot: Snapshot): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of snapshot.keys()) {
    const kind = name.split(" ", 1)[0] ?? "";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const KINDS = [
  ["knobs", /^(sysctl|knob|swap) /],
  ["files", /^(file|content) /],
  ["packages", /^package /],
] as const;

/** How many of some differences are about what: `2 differences (1 knobs, 1 files, 0 packages, 0 others)`. */
export function inWords(lines: readonly string[]): string {
  const counts = KINDS.map(([word, kind]) => [word, lines.filter((line) => kind.test(line)).length] as const);
  const others = lines.length - counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = [...counts, ["others", others] as const].map(([word, count]) => `${count} ${word}`);
  return `${lines.length} differences (${parts.join(", ")})`;
}
