/** A bash that sshd starts reads .bashrc before every command: the one of this account, or none. */
export type Bashrc = "own" | "none";

/**
 * What makes a server a machine of its own: mounts that nobody else sees, so that each has a machine-id and a record of its tuning, and what
 * else `namespaces` names (`--ipc`). It ends with this process, however that ends. What the .bashrc of this machine does (a version manager
 * that waits for its own lock) is no part of anybody's time, unless that is asked for. The server's words follow.
 */
export function ownMachine(
  machineId: string,
  { namespaces = [], bashrc = "none" }: { readonly namespaces?: readonly string[]; readonly bashrc?: Bashrc } = {},
): readonly string[] {
  const script = `mount -t tmpfs none /run && mkdir -p /run/sshd && mount -t cgroup2 none /sys/fs/cgroup || exit
  mkdir -p /var/lib/distrobench && mount -t tmpfs none /var/lib/distrobench || exit
  echo "$1" >/run/machine-id && mount --bind /run/machine-id /etc/machine-id || exit
  [ "$2" = own ] || [ ! -e ~/.bashrc ] || mount --bind /dev/null ~/.bashrc || exit
  shift 2; exec "$@"`;
  return ["setpriv", "--pdeathsig", "TERM", "unshare", "--mount", ...namespaces, "sh", "-c", script, "sh", machineId, bashrc];
}
