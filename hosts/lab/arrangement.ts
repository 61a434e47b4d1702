import { chmod, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where cached disks are kept: `disks/<hash>/`, and what was found out about KVM. Both may be removed at any time. */
export function diskCacheDirectory(): string {
  return join(cacheDirectory(), "disks");
}

export function acceleratorCacheDirectory(): string {
  return join(cacheDirectory(), "accelerators");
}

function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "distrobench");
}

/** Names of the files in a machine's directory. QEMU is started there, so it takes them as they are. */
export const machineFiles = {
  machine: "machine.json",
  overlay: "overlay.qcow2",
  base: "base.qcow2",
  kernel: "vmlinuz",
  initrd: "initrd",
  clientKey: "client-key",
  hostKey: "host-key",
  knownHosts: "known_hosts",
  sshConfig: "ssh_config",
  hostname: "hostname",
  serialLog: "serial.log",
  processId: "qemu.pid",
  control: "qmp.sock",
} as const;

/** Makes a directory that only its owner can enter (it holds private keys). */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
}
