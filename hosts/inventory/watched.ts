import { type Shell, sh } from "../sh.ts";

/**
 * Folders and files that a set-up may touch: what lies there is compared by digest. This list is closed: an inventory that was taken
 * before a path came to it would show what lies there as new. Further paths have categories of their own, as below.
 */
export const WATCHED = [
  "/etc/sysctl.conf",
  "/etc/sysctl.d",
  "/etc/modprobe.d",
  "/etc/modules-load.d",
  "/etc/default",
  "/etc/docker",
  "/etc/containers",
  "/etc/systemd/system",
  "/etc/apt/sources.list",
  "/etc/apt/sources.list.d",
  "/etc/apt/preferences.d",
  "/etc/apt/apt.conf.d",
  "/etc/apt/keyrings",
  "/etc/apk",
  "/etc/pacman.conf",
  "/etc/pacman.d/mirrorlist",
  "/etc/ssh/sshd_config",
  "/etc/ssh/sshd_config.d",
  "/etc/environment",
  "/etc/hosts",
  "/etc/conf.d",
  "/etc/local.d",
  "/etc/fstab",
  "/etc/security/limits.d",
  "/etc/udev/rules.d",
  "/boot/cmdline.txt",
  "/boot/extlinux",
  "/boot/grub/grub.cfg",
  "/boot/firmware",
  "/var/lib/distrobench",
  "/opt/distrobench",
];

/** What we write besides: boot loaders' files that trials of a command line change, and the file that cgroup v2 is chosen in with OpenRC. */
export const SETTINGS = [
  "/boot/grub/custom.cfg",
  "/boot/extlinux.conf",
  "/etc/update-extlinux.conf",
  "/etc/rc.conf",
  "/etc/distrobench",
] as const;

/** GRUB's environment is a block of 1 KiB that GRUB itself writes at boot, so it is compared by its variables. */
export const GRUB_ENVIRONMENT = "/boot/grub/grubenv";

/** How long a CPU may take to wake, by CPU (Documentation/ABI/testing/sysfs-devices-power). */
export const LATENCIES: Shell = sh`/sys/devices/system/cpu/cpu[0-9]*/power/pm_qos_resume_latency_us`;

/** Podman keeps a folder for each of its own volumes (containers-storage.conf(5), graphroot). */
export const PODMAN_VOLUMES = "/var/lib/containers/storage/volumes";

/** Knobs of the kernel outside of /proc/sys: a value each, or a list of choices. */
export const KNOBS: readonly Shell[] = [
  sh`/sys/kernel/debug/sched/*_ns /sys/kernel/debug/sched/*_ms /sys/kernel/debug/sched/nr_migrate`,
  sh`/sys/kernel/debug/sched/features /sys/kernel/debug/sched/preempt /sys/kernel/debug/sched/tunable_scaling`,
  sh`/sys/kernel/debug/sched/numa_balancing/*`,
  sh`/sys/devices/system/cpu/cpu[0-9]*/online /sys/devices/system/cpu/smt/control`,
  sh`/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor /sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_m*_freq`,
  sh`/sys/devices/system/cpu/cpu[0-9]*/cpufreq/energy_performance_preference`,
  sh`/sys/devices/system/cpu/cpu[0-9]*/power/energy_perf_bias`,
  sh`/sys/devices/system/cpu/cpu[0-9]*/cpuidle/state*/disable`,
  sh`/sys/devices/system/cpu/cpufreq/boost /sys/devices/system/cpu/intel_pstate/*`,
  sh`/sys/kernel/mm/transparent_hugepage/* /sys/kernel/mm/transparent_hugepage/khugepaged/defrag /sys/kernel/mm/ksm/run`,
  sh`/sys/devices/virtual/workqueue/cpumask /sys/devices/virtual/workqueue/*/cpumask`,
  sh`/sys/class/net/*/queues/*/[rx]ps_cpus`,
  sh`/sys/block/*/queue/scheduler /sys/block/*/queue/read_ahead_kb`,
];

/** Settings of the control groups at the top. */
export const CGROUP_SETTINGS = [
  "cpu.weight",
  "cpu.max",
  "cpuset.cpus",
  "cpuset.cpus.partition",
  "memory.min",
  "memory.low",
  "memory.high",
  "memory.max",
  "memory.swap.max",
  "pids.max",
] as const;
