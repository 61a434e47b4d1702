/** A difference that says nothing about us, and why. */
export interface IgnoreRule {
  readonly category: string;
  readonly key: RegExp;
  /** Ignore only a changed value: an entry that came or went still counts. */
  readonly valueOnly?: boolean;
  /** Ignore only that an entry came or went: a changed value still counts. */
  readonly presenceOnly?: boolean;
  /** Ignore only a value all of whose numbers are so near to those before, as a share of them. */
  readonly near?: number;
  readonly reason: string;
}

/** Built-in chains come into being with a table. */
const emptyChain = /^ip6?tables\/\w+ :[A-Z]+ ACCEPT$/;
const perInterface = "belongs to a network interface, which is compared itself";

export const ignoreRules: readonly IgnoreRule[] = [
  { category: "firewall", key: emptyChain, reason: "a chain without a rule that lets everything pass" },
  { category: "firewall", key: /fail2ban|f2b-|sshguard|crowdsec/i, reason: "comes and goes with addresses that are banned" },
  { category: "sysctls", key: /^kernel\.random\./, reason: "random by definition" },
  { category: "sysctls", key: /^fs\.(dentry-state|inode-nr|inode-state|file-nr|aio-nr|dqstats\.)/, reason: "a counter" },
  { category: "sysctls", key: /^fs\.quota\./, reason: "a counter" },
  { category: "sysctls", key: /^kernel\.(ns_last_pid|pty\.nr|tainted|ftrace_dump)/, reason: "a counter or a state" },
  { category: "sysctls", key: /^kernel\.perf_(cpu_time|event_max_sample)/, reason: "the kernel lowers it by itself under load" },
  { category: "sysctls", key: /^kernel\.sched_domain\./, reason: "made anew when CPUs come and go" },
  { category: "sysctls", key: /^kernel\.keys\./, reason: "a quota that modules extend" },
  { category: "sysctls", key: /^net\.netfilter\.nf_conntrack_(count|max|buckets)/, reason: "a counter, or sized by the module" },
  { category: "sysctls", key: /^net\.(ipv4|ipv6)\.(conf|neigh)\.(?!all\.|default\.)/, reason: perInterface },
  {
    category: "sysctls",
    key: /^net\.ipv4\.(tcp_fastopen_key|route\.|tcp_mem|udp_mem)/,
    reason: "random, or sized by the kernel",
  },
  {
    category: "sysctls",
    key: /^(net\.ipv4\.(tcp_[rw]mem|inet_peer_threshold)|kernel\.threads-max|fs\.(file-max|(epoll|inotify)\.max_user_watches))$/,
    near: 0.001,
    reason: "it, or its largest number, is computed from free memory at each boot",
  },
  {
    category: "sysctls",
    key: /^net\.(bridge|netfilter|nf_conntrack)/,
    reason: "exists while a kernel module is loaded; unloading it is not safe",
  },
  { category: "sysctls", key: /^vm\.user_reserve_kbytes$/, reason: "computed from free memory at each boot" },
  { category: "sysctls", key: /^fs\.(fuse|nfs|overlay)\./, reason: "exists while a kernel module is loaded" },
  { category: "sysctls", key: /^(dev|sunrpc|user)\./, reason: "of a device, or sized by memory" },
  { category: "cgroups", key: /(^|\/)(user|session|run|machine)[^/]*\.(slice|scope)(\/|$)/, reason: "lives as long as a login" },
  {
    category: "cgroups",
    key: /\.(scope|service|mount|socket|swap)$/,
    reason: "comes and goes with its unit, which is compared itself",
  },
  { category: "services", key: /^(session-|user@|user-runtime-dir@|run-|ssh@|sshd@)/, reason: "lives as long as a login" },
  { category: "services", key: /\.(timer)$/, valueOnly: true, reason: "a timer waits or runs" },
  {
    category: "services",
    key: /^(apt-|man-db|logrotate|fstrim|dpkg-|systemd-(tmpfiles|hostnamed|timedated|localed))/,
    reason: "runs for a moment, by timer or on request",
  },
  { category: "units", key: /^(session-|run-|user@).*/, reason: "lives as long as a login" },
  { category: "units", key: /\.(scope|mount)$/, reason: "transient" },
  {
    category: "mounts",
    key: /^\/(run\/user|run\/credentials|proc\/sys\/fs\/binfmt_misc|run\/docker\/netns|run\/netns)/,
    reason: "made on first use",
  },
  {
    category: "services",
    key: /^(packagekit|fwupd|polkit|udisks2)\.service$/,
    reason: "is started on request, by a package manager too, and ends by itself",
  },
  {
    category: "irqs",
    key: /^\/proc\/irq\/\d+\//,
    presenceOnly: true,
    reason: "belongs to a device; is not told while irqbalance moves interrupts",
  },
  {
    category: "cgroupsettings",
    key: /./,
    presenceOnly: true,
    reason: "is there while the service manager needs the controller; the control groups are compared themselves",
  },
  { category: "cgroupsettings", key: /^(user|machine)\.slice/, reason: "lives as long as a login" },
  { category: "knobs", key: /^\/sys\/class\/net\//, presenceOnly: true, reason: perInterface },
  {
    category: "knobs",
    key: /^\/sys\/block\//,
    presenceOnly: true,
    reason: "belongs to a disk, which the kernel adds and removes",
  },
  { category: "knobs", key: /\/workqueue\/[^/]+\/cpumask$/, presenceOnly: true, reason: "belongs to a device or a module" },
  {
    category: "grubenv",
    key: /^(recordfail|boot_success|boot_indeterminate|initrdless_boot_fallback_triggered)$/,
    reason: "GRUB and its services note here how boots went",
  },
  { category: "latencies", key: /./, presenceOnly: true, reason: "belongs to a CPU, which comes and goes" },
  { category: "knobs", key: /\/mm\/transparent_hugepage\/hpage/, reason: "a property of the processor" },
  {
    category: "daemons",
    key: /^(systemd|\(sd-pam\)|dbus-|polkitd|packagekitd|fwupd|udisksd|agetty|getty|login|sshd|ssh-agent|gpg-agent|dirmngr|apt|unattended)/,
    reason: "is started on request, by a login or by a timer",
  },
  {
    category: "udp",
    key: /^(32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4}) on /,
    reason: "a port that the kernel chose (ip_local_port_range)",
  },
  {
    category: "listening",
    key: /^(32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4}) on /,
    reason: "a port that the kernel chose (ip_local_port_range)",
  },
  { category: "interfaces", key: /^(veth|vnet)/, reason: "one end of a container's network" },
];
