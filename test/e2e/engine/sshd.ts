import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Sshd as Server, startSshd as start } from "../../lab/sshd.ts";

export interface Sshd extends Server {
  readonly privateKey: string;
  /** For `ssh -F`: the host `builder` is this server. */
  readonly configFile: string;
}

/** A real sshd that sets these variables in its sessions, serves SFTP, and accepts the variable ALLOWED. */
export async function startSshd(variables: Readonly<Record<string, string>> = {}): Promise<Sshd> {
  const server = await start({
    extra: [
      "PasswordAuthentication no",
      "AcceptEnv ALLOWED",
      "MaxStartups 100",
      "Subsystem sftp internal-sftp",
      ...Object.entries(variables).map(([name, value]) => `SetEnv ${name}=${value}`),
    ],
  });
  const configFile = join(server.directory, "ssh_config");
  const knownHosts = join(server.directory, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  writeFileSync(configFile, clientConfig(server, knownHosts));
  return { ...server, privateKey: readFileSync(server.privateKeyFile, "utf8"), configFile };
}

function clientConfig({ port, user, privateKeyFile }: Server, knownHosts: string): string {
  const lines = [
    "Host builder",
    "HostName 127.0.0.1",
    `Port ${port}`,
    `User ${user}`,
    `IdentityFile ${privateKeyFile}`,
    `UserKnownHostsFile ${knownHosts}`,
    "IdentitiesOnly yes",
  ];
  return `${lines.join("\n  ")}\n`;
}
