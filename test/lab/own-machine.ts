/**
 * What makes a server a machine of its own: mounts that nobody else sees, so that each has a machine-id and a record of its tuning, and what
 * else `namespaces` names (`--ipc`). It ends with this process, however that ends. A bash that sshd starts reads .bashrc: what the one of this
 * machine does (a version manager that waits for its own lock) is no part of anybody's time. The server's words follow.
 */
export function ownMachine(machineId: string, namespaces: readonly string[] = []): readonly string[] {
  const script = `mount -t tmpfs none /run && mkdir -p /run/sshd && mount -t cgroup2 none /sys/fs/cgroup || exit
  mkdir -p /var/lib/distrobench && mount -t tmpfs none /var/lib/distrobench || exit
  echo "$1" >/run/machine-id && mount --bind /run/machine-id /etc/machine-id || exit
  [ ! -e ~/.bashrc ] || mount --bind /dev/null ~/.bashrc || exit
  shift; exec "$@"`;
  return ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", ...namespaces, "sh", "-c", script, "sh", machineId];
}
