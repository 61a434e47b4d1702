import { readFileSync } from "node:fs";
import type { Sshd } from "./sshd.ts";

/** What a matrix calls the distribution of this machine, on which all servers of ours are; os-release(5) has the default. */
export function thisDistribution(): string {
  return /^ID="?([a-z]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "linux";
}

/** The `ssh:` entry of a matrix for a server of ours. */
export function accessTo({ port, user, privateKeyFile, hostKey }: Sshd) {
  return { address: "127.0.0.1", port, user, privateKeyFile, hostKey: { key: hostKey } };
}
