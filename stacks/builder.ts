import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { type SshHop, UserError } from "../hosts/index.ts";
import type { LabMachine } from "../hosts/lab/resource.ts";
import type { PlannedHost } from "./plan.ts";

/** How the docker provider reaches the host that builds images. */
export interface DockerAddress {
  readonly dockerHost: string;
  /** An `ssh -F` file relative to the project's root that knows the name in `dockerHost`. */
  readonly sshConfigFile?: pulumi.Input<string>;
}

/** Throws `UserError` for a host whose Docker cannot be reached by `ssh` without a question. */
export function dockerAddress(root: string, stack: string, host: PlannedHost, machine: LabMachine | undefined): DockerAddress {
  if (machine !== undefined) return { dockerHost: `ssh://${host.name}`, sshConfigFile: machine.sshConfigFile };
  const { connection } = host;
  if (connection.kind !== "ssh") return { dockerHost: "unix:///var/run/docker.sock" };
  if (host.secrets.some(({ path }) => path[0] !== "become"))
    throw new UserError(`${host.name} builds an image, but its login needs a secret, which ssh cannot be given`, {
      remedy: "Let the builder be reached with a key file without passphrase or with the SSH agent, or name another builder.",
    });
  const folder = join(".distrobench", "ssh", stack, host.name);
  mkdirSync(join(root, folder), { recursive: true, mode: 0o700 });
  const hops = connection.bastions.map((hop, index) => ({ name: `${host.name}-bastion-${index + 1}`, hop }));
  const blocks = [...hops, { name: host.name, hop: connection }].map(({ name, hop }, index, all) =>
    configBlock(name, hop, all[index - 1]?.name, knownHosts(root, folder, name, hop)),
  );
  writeFileSync(join(root, folder, "config"), blocks.join("\n"), { mode: 0o600 });
  return { dockerHost: `ssh://${host.name}`, sshConfigFile: join(folder, "config") };
}

/** The known_hosts file to use: the user's, or one that holds the key given in the matrix. */
function knownHosts(root: string, folder: string, name: string, hop: SshHop): string {
  if ("knownHosts" in hop.hostKey) return hop.hostKey.knownHosts;
  const file = join(root, folder, `${name}.known_hosts`);
  writeFileSync(file, `${name} ${hop.hostKey.key}\n`, { mode: 0o600 });
  return file;
}

/** One `Host` block of ssh_config(5). */
function configBlock(name: string, hop: SshHop, jump: string | undefined, knownHostsFile: string): string {
  const given = "key" in hop.hostKey;
  const lines = [
    `HostName ${hop.address}`,
    `Port ${hop.port}`,
    `User ${hop.user}`,
    `UserKnownHostsFile "${knownHostsFile}"`,
    "StrictHostKeyChecking yes",
    "BatchMode yes",
    ...(given ? [`HostKeyAlias ${name}`] : []),
    ...(hop.privateKeyFile === undefined ? [] : [`IdentityFile "${hop.privateKeyFile}"`, "IdentitiesOnly yes"]),
    ...(jump === undefined ? [] : [`ProxyJump ${jump}`]),
  ];
  return `Host ${name}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
