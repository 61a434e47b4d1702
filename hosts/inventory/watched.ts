import { type Shell, sh } from "../sh.ts";

/** Folders and files that a set-up may touch: what lies there is compared by digest. */
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
  "memory.low",
  "memory.high",
  "memory.max",
] as const;
