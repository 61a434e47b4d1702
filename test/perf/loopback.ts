import { readFileSync } from "node:fs";
import type { Connection } from "../../hosts/index.ts";
import type { Sshd } from "../lab/sshd.ts";

/** How the pool reaches a server of ours, or one more of its ports. */
export function connectionTo(host: string, { user, privateKeyFile, hostKey, port }: Sshd, otherPort = port): Connection {
  const hop = { address: "127.0.0.1", port: otherPort, user, privateKeyFile, hostKey: { key: hostKey } };
  return { kind: "ssh", host, bastions: [], ...hop };
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

/** What a matrix calls the distribution of this machine, on which all servers of ours are. */
export function thisDistribution(): string | undefined {
  return /^ID="?([a-z]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
}
