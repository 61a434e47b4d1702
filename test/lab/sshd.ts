import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A real OpenSSH server of our own on a free loopback port, with keys made for it. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** As in authorized_keys. */
  readonly hostKey: string;
  readonly privateKeyFile: string;
  /** Its files; removed by `stop`. */
  readonly directory: string;
  /** Process id of the listener. */
  readonly pid: number;
  /** Log lines so far (LogLevel VERBOSE). */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Further lines of sshd_config. */
  readonly extra?: readonly string[];
  readonly user?: string;
  /** A command that ends in `exec`ing its arguments, such as one that enters a namespace: the server runs inside. */
  readonly inside?: readonly string[];
  /** Another server, to have the same keys as: host key and client key. */
  readonly keysOf?: Sshd;
}

/** Starts one. Throws when openssh-server is not installed. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const binary = ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find(existsSync);
  if (binary === undefined) throw new Error("sshd is missing: apt-get install openssh-server");
  const directory = mkdtempSync(join(tmpdir(), "distrobench-sshd-"));
  chmodSync(directory, 0o755);
  const user = options.user ?? userInfo().username;
  const port = await freePort();
  for (const name of ["host", "client"]) provideKey(name, directory, options.keysOf);
  writeFileSync(join(directory, "authorized_keys"), readFileSync(join(directory, "client.pub")), { mode: 0o644 });
  writeFileSync(join(directory, "config"), configuration(directory, port, options.extra ?? []));
  // Its privilege separation directory, which packages make at boot only.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const [command = binary, ...before] = [...(options.inside ?? []), binary];
  const words = [...before, "-D", "-e", "-f", join(directory, "config")];
  const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"] });
  const log = join(directory, "log");
  writeFileSync(log, "");
  const keep = (chunk: Buffer) => appendFileSync(log, chunk);
  child.stderr.on("data", keep);
  const stop = async () => {
    child.stderr.off("data", keep).resume();
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once("exit", resolve));
    rmSync(directory, { recursive: true, force: true });
  };
  await listening(child, port, log).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    port,
    user,
    hostKey: publicKey(join(directory, "host.pub")),
    privateKeyFile: join(directory, "client"),
    directory,
    pid: child.pid ?? 0,
    log: () => readFileSync(log, "utf8"),
    stop,
  };
}

function configuration(directory: string, port: number, extra: readonly string[]): string {
  return [
    ...extra,
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${join(directory, "host")}`,
    `PidFile ${join(directory, "pid")}`,
    `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "LogLevel VERBOSE",
    "",
  ].join("\n");
}

function provideKey(name: string, directory: string, from: Sshd | undefined): void {
  const file = join(directory, name);
  if (from === undefined) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  else for (const ending of ["", ".pub"]) copyFileSync(join(from.directory, name) + ending, file + ending);
}

function publicKey(file: string): string {
  return readFileSync(file, "utf8").trim().split(" ").slice(0, 2).join(" ");
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(child: ChildProcess, port: number, log: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${readFileSync(log, "utf8")}`);
    if (await accepts(port)) return;
    await sleep(50);
  }
  throw new Error(`sshd does not listen: ${readFileSync(log, "utf8")}`);
}

async function accepts(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
