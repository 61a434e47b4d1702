import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "../../hosts/index.ts";
import type { Sshd } from "../lab/sshd.ts";

const run = promisify(execFile);
const KNOBS = 40;
/** Newer ones move the figures, so they are named. */
const PEERS = ["pyinfra==3.10.0", "ansible-core==2.19.14"] as const;

/** What the peers check, and where they run. */
export interface Playground {
  /** Working folder of the peers; the caller removes it. */
  readonly folder: string;
  /** `bin` of their virtual environment. */
  readonly bin: string;
  /** Names of sysctls, with dots, and their present values. */
  readonly sysctls: readonly (readonly [name: string, value: string])[];
}

type Login = Pick<Sshd, "user" | "privateKeyFile">;

export async function playground(): Promise<Playground> {
  const bin = await peers();
  return { folder: mkdtempSync(join(tmpdir(), "distrobench-peers-")), bin, sysctls: sysctls() };
}

/** One whole run of their command over ports of this machine, each with its present sysctls. Rejects when it fails or is stopped. */
export const peerRuns = { pyinfra, Ansible: ansible } as const;

interface Bound {
  /** After this many seconds the run is stopped. */
  readonly seconds?: number;
}

/** Whether a run was stopped for its bound. */
export function wasStopped(error: unknown): boolean {
  return error instanceof Error && "killed" in error && error.killed === true;
}

/** Both end what they began on an interrupt. */
function bounded({ seconds = 0 }: Bound) {
  return { timeout: Math.ceil(seconds * 1000), killSignal: "SIGINT" } as const;
}

export function hostsOf(size: number): string {
  return `${size} host${size === 1 ? "" : "s"}`;
}

/** Installs the peers once, into the cache. */
async function peers(): Promise<string> {
  const environment = join(cacheDirectory(), "perf", "peers");
  if (!existsSync(join(environment, "bin", "pyinfra"))) {
    mkdirSync(environment, { recursive: true });
    await run("python3", ["-m", "venv", environment]);
    await run(join(environment, "bin", "pip"), ["install", "--quiet", ...PEERS]);
  }
  return join(environment, "bin");
}

function sysctls(): Playground["sysctls"] {
  const found = ["vm", "net/core", "net/ipv4", "kernel"].flatMap((folder) =>
    readdirSync(join("/proc/sys", folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => single(`${folder}/${name}`)),
  );
  return found.slice(0, KNOBS);
}

/** A sysctl that can be written and has one number; others can't be compared by every tool. */
function single(path: string): (readonly [string, string])[] {
  const file = join("/proc/sys", path);
  try {
    const value = readFileSync(file, "utf8").trim();
    return (statSync(file).mode & 0o200) !== 0 && /^\d+$/.test(value) ? [[path.replaceAll("/", "."), value]] : [];
  } catch {
    return [];
  }
}

/** Both remember every port they see: not in the account's own file, where the next run's servers would be strangers. */
const knownHosts = (folder: string): string => join(folder, "known_hosts");

async function pyinfra(
  { folder, bin, sysctls: wanted }: Playground,
  login: Login,
  ports: readonly number[],
  bound: Bound = {},
): Promise<void> {
  const hosts = ports.map((port) => [
    `host-${port}`,
    {
      ssh_hostname: "127.0.0.1",
      ssh_port: port,
      ssh_user: login.user,
      ssh_key: login.privateKeyFile,
      ssh_strict_host_key_checking: "off",
      ssh_known_hosts_file: knownHosts(folder),
    },
  ]);
  const list = hosts.map(([name, data]) => `(${JSON.stringify(name)}, ${JSON.stringify(data)})`).join(", ");
  writeFileSync(join(folder, "inventory.py"), `hosts = [${list}]\n`);
  const steps = wanted.map(([name, value]) => `server.sysctl(key="${name}", value=${value})`).join("\n");
  writeFileSync(join(folder, "deploy.py"), `from pyinfra.operations import server\n${steps}\n`);
  await run(join(bin, "pyinfra"), ["-y", "--parallel", String(ports.length), "inventory.py", "deploy.py"], {
    cwd: folder,
    ...bounded(bound),
  });
}

async function ansible(
  { folder, bin, sysctls: wanted }: Playground,
  login: Login,
  ports: readonly number[],
  bound: Bound = {},
): Promise<void> {
  // Its own Python, which is there: discovery may find the shim of a version manager that does not work in every session.
  const python = `ansible_python_interpreter=${join(bin, "python")}`;
  const options = `ansible_ssh_common_args='-o UserKnownHostsFile=${knownHosts(folder)}'`;
  const reach = `ansible_host=127.0.0.1 ansible_user=${login.user} ansible_ssh_private_key_file=${login.privateKeyFile} ${python} ${options}`;
  writeFileSync(join(folder, "hosts.ini"), ports.map((port) => `host-${port} ${reach} ansible_port=${port}\n`).join(""));
  const task = { "ansible.builtin.command": "sysctl -n {{ item }}", loop: wanted.map(([name]) => name), changed_when: false };
  writeFileSync(join(folder, "play.json"), JSON.stringify([{ hosts: "all", gather_facts: false, tasks: [task] }]));
  const env = { ...process.env, ANSIBLE_PIPELINING: "True", ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_HOME: folder };
  const words = ["-i", "hosts.ini", "--forks", String(ports.length), "play.json"];
  await run(join(bin, "ansible-playbook"), words, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2, ...bounded(bound) });
}
