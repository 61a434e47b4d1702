import type { Connection } from "../../hosts/index.ts";
import type { Sshd } from "../lab/sshd.ts";
import { accessTo } from "../lab/this-machine.ts";

/** How the pool reaches a server of ours, or one more of its ports. */
export function connectionTo(host: string, sshd: Sshd, port = sshd.port): Connection {
  return { kind: "ssh", host, bastions: [], ...accessTo(sshd), port };
}

/**
 * For servers whose logins are timed: a bash that sshd starts reads .bashrc, and what the one of this machine does (a version manager that
 * waits for its own lock took most of every peer's run) is no part of anybody's time. Only root may hide it.
 */
export const withoutBashrc = {
  inside:
    process.getuid?.() === 0
      ? ["unshare", "--mount", "sh", "-c", '[ ! -e ~/.bashrc ] || mount --bind /dev/null ~/.bashrc || exit; exec "$@"', "sh"]
      : [],
} as const;
