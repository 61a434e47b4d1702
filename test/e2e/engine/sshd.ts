import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { $ } from "zx";

export interface Sshd {
  readonly port: number;
  readonly user: string;
  readonly privateKey: string;
  /** In authorized_keys format. */
  readonly hostKey: string;
  /** For `ssh -F`: the host `builder` is this server. */
  readonly configFile: string;
  stop(): void;
}

/** A real sshd on a free port of the loopback interface, with keys of its own, that accepts the variable ALLOWED. */
export async function startSshd(folder: string, variables: Readonly<Record<string, string>> = {}): Promise<Sshd> {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  for (const name of ["host", "client"]) await $({ quiet: true })`ssh-keygen -q -t ed25519 -N ${""} -f ${join(folder, name)}`;
  const hostKey = readFileSync(join(folder, "host.pub"), "utf8").trim();
  const port = await freePort();
  const user = userInfo().username;
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "client.pub")));
  writeFileSync(join(folder, "sshd_config"), serverConfig(folder, port, variables));
  writeFileSync(join(folder, "known_hosts"), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(join(folder, "ssh_config"), clientConfig(folder, port, user));
  chmodSync(join(folder, "client"), 0o600);
  const server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: "ignore" });
  await answering(port);
  return {
    port,
    user,
    hostKey,
    privateKey: readFileSync(join(folder, "client"), "utf8"),
    configFile: join(folder, "ssh_config"),
    stop: () => server.kill("SIGTERM"),
  };
}

function serverConfig(folder: string, port: number, variables: Readonly<Record<string, string>>): string {
  return [
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    `PidFile ${folder}/pid`,
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "UsePAM no",
    "StrictModes no",
    "AcceptEnv ALLOWED",
    "MaxStartups 100",
    "Subsystem sftp internal-sftp",
    ...Object.entries(variables).map(([name, value]) => `SetEnv ${name}=${value}`),
    "",
  ].join("\n");
}

function clientConfig(folder: string, port: number, user: string): string {
  const lines = [
    "Host builder",
    "HostName 127.0.0.1",
    `Port ${port}`,
    `User ${user}`,
    `IdentityFile ${folder}/client`,
    `UserKnownHostsFile ${folder}/known_hosts`,
    "IdentitiesOnly yes",
  ];
  return `${lines.join("\n  ")}\n`;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = net.connect({ host: "127.0.0.1", port });
    const reached = await new Promise<boolean>((resolve) => {
      socket.once("data", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (reached) return;
    await sleep(100);
  }
  throw new Error(`sshd does not answer on port ${port}: is openssh-server installed?`);
}
