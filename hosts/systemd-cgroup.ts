/** Unified by default since systemd 247.2-2, so from Debian 11 on. */
export const systemdCgroup = {
  enable: ["append systemd.unified_cgroup_hierarchy=1 to the kernel's command line, reboot"],
  memory: ["remove cgroup_disable=memory from the kernel's command line, reboot"],
} as const;
