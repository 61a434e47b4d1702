import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineFiles } from "./arrangement.ts";
import { runLocal } from "./local-process.ts";

/** Makes the machine's two key pairs in its directory. Returns the public host key, as in authorized_keys without a comment. */
export async function makeKeys(directory: string, signal: AbortSignal): Promise<string> {
  for (const file of [machineFiles.hostKey, machineFiles.clientKey]) {
    await rm(join(directory, file), { force: true });
    await runLocal("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "distrobench", "-f", file], { cwd: directory, signal });
    await chmod(join(directory, file), 0o600);
  }
  const publicKey = await readFile(join(directory, `${machineFiles.hostKey}.pub`), "utf8");
  return publicKey.trim().split(" ").slice(0, 2).join(" ");
}

/** Writes `ssh_config` (for `ssh -F` and Docker's ssh:// addresses) and the known_hosts file it names. */
export async function writeSshConfig(
  directory: string,
  machine: { readonly name: string; readonly port: number; readonly hostKey: string },
): Promise<void> {
  await writeFile(join(directory, machineFiles.knownHosts), `${machine.name} ${machine.hostKey}\n`, { mode: 0o600 });
  await writeFile(join(directory, machineFiles.sshConfig), sshConfig(directory, machine), { mode: 0o600 });
}

/** Text of an ssh_config(5) file with one host, an alias equal to the machine's name. */
export function sshConfig(directory: string, machine: { readonly name: string; readonly port: number }): string {
  const options = {
    HostName: "127.0.0.1",
    Port: String(machine.port),
    User: "root",
    IdentityFile: configPath(join(directory, machineFiles.clientKey)),
    IdentitiesOnly: "yes",
    UserKnownHostsFile: configPath(join(directory, machineFiles.knownHosts)),
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlias: machine.name,
    StrictHostKeyChecking: "yes",
    PasswordAuthentication: "no",
    BatchMode: "yes",
  };
  const lines = Object.entries(options).map(([key, value]) => `  ${key} ${value}`);
  return `Host ${machine.name}\n${lines.join("\n")}\n`;
}

/** A path in ssh_config: quoted, and with the % that starts a token doubled. */
function configPath(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}
