import { chmod, mkdir } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { cacheDirectory } from "../cache-directory.ts";
import { UserError } from "../errors.ts";

/** Where cached disks are kept: `disks/<hash>/`, and what was found out about KVM. Both may be removed at any time. */
export function diskCacheDirectory(): string {
  return join(cacheDirectory(), "disks");
}

export function acceleratorCacheDirectory(): string {
  return join(cacheDirectory(), "accelerators");
}

/** Names of the files in a machine's directory. QEMU is started there, so it takes them as they are. */
export const machineFiles = {
  machine: "machine.json",
  overlay: "overlay.qcow2",
  base: "base.qcow2",
  snapshot: "snapshot.qcow2",
  kernel: "vmlinuz",
  initrd: "initrd",
  firmwareVariables: "firmware-variables.fd",
  clientKey: "client-key",
  hostKey: "host-key",
  knownHosts: "known_hosts",
  sshConfig: "ssh_config",
  hostname: "hostname",
  serialLog: "serial.log",
  processId: "qemu.pid",
  control: "qmp.sock",
} as const;

/**
 * Absolute path of a machine's directory. Throws `UserError` unless it is inside the project's `.distrobench`: the directory is
 * removed as a whole with its machine.
 */
export function machinePath(root: string, directory: string): string {
  const home = resolve(root, ".distrobench");
  const path = resolve(root, directory);
  if (path.startsWith(`${home}${sep}`)) return path;
  throw new UserError(`the directory of a lab machine has to be inside ${home}, ${path} is not`);
}

/** Makes a directory that only its owner can enter (it holds private keys). */
export async function makePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
}
