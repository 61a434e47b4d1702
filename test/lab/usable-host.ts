/** Runs what follows where this machine looks like a host that can be measured on, for it alone: with cgroup v2, whatever is mounted here. */
export const usableHost = ["unshare", "--mount", "sh", "-c", 'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"', "sh"];
