import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { NodeSSH } from "node-ssh";
import { cacheDirectory, createSshPool } from "../../hosts/index.ts";
import { shellHost } from "../../kernel-tuning/index.ts";
import { freePort, type Sshd, startSshd } from "../lab/sshd.ts";
import type { Figure } from "./figure.ts";
import { connectionTo } from "./loopback.ts";

const run = promisify(execFile);
const KNOBS = 40;
const SIZES = [1, 10, 50] as const;
/** MAX_LISTEN_SOCKS of OpenSSH's sshd.c: it refuses to start with more. */
const PORTS_PER_SSHD = 16;
/** Newer ones move the figures, so they are named. */
const PEERS = ["pyinfra==3.10.0", "ansible-core==2.19.14"] as const;
const root = join(import.meta.dirname, "../..");

interface Fleet {
  /** The first server: the others have its keys. */
  readonly sshd: Sshd;
  readonly servers: readonly Sshd[];
  readonly ports: readonly number[];
  /** Working folder of the peers. */
  readonly folder: string;
  /** `bin` of their virtual environment. */
  readonly bin: string;
  /** Names of sysctls, with dots, and their present values. */
  readonly sysctls: readonly (readonly [name: string, value: string])[];
}

/**
 * An unchanged check of 40 sysctls on many hosts (loopback ports of real sshd), side by side. Ours is the tuning's own read over pooled
 * connections, node-ssh a connection and one command per host without anything of ours; bare ssh and the peers are whole runs of their
 * command. The quick ones come first, at all sizes: the peers take minutes.
 */
export async function* measure(): AsyncGenerator<Figure> {
  const fleet = await makeFleet(Math.max(...SIZES));
  try {
    const ours = new Map<number, number>();
    for (const size of SIZES) yield* connections(fleet, size, (seconds) => ours.set(size, seconds));
    const [ten, fifty] = [ours.get(10) ?? Number.NaN, ours.get(50) ?? Number.NaN];
    yield { what: "fan-out: ours, 50 hosts over 10", value: `${(fifty / ten).toFixed(1)} x`, aim: "5 x" };
    for (const size of SIZES) yield* peerRuns(fleet, size, ours.get(size) ?? Number.NaN);
  } finally {
    for (const server of fleet.servers) await server.stop();
    rmSync(fleet.folder, { recursive: true, force: true });
  }
}

async function makeFleet(size: number): Promise<Fleet> {
  const bin = await peers();
  const servers: Sshd[] = [];
  const ports: number[] = [];
  while (ports.length < size) {
    const further = await freePorts(Math.min(PORTS_PER_SSHD, size - ports.length) - 1);
    const extra = ["MaxStartups 1000", ...further.map((port) => `Port ${port}`)];
    const [first] = servers;
    const server = await startSshd({ extra, ...(first === undefined ? {} : { keysOf: first }) });
    servers.push(server);
    ports.push(server.port, ...further);
  }
  const [sshd] = servers;
  if (sshd === undefined) throw new Error("a fleet of no hosts");
  const folder = mkdtempSync(join(tmpdir(), "distrobench-fan-out-"));
  return { sshd, servers, ports, folder, bin, sysctls: sysctls() };
}

async function freePorts(count: number): Promise<number[]> {
  return await Promise.all(Array.from({ length: count }, () => freePort()));
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

function sysctls(): Fleet["sysctls"] {
  const found = ["vm", "net/core", "net/ipv4", "kernel"].flatMap((folder) =>
    readdirSync(join("/proc/sys", folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => single(`${folder}/${name}`)),
  );
  return found.slice(0, KNOBS);
}

/** A sysctl with one number; others can't be compared by every tool. */
function single(path: string): (readonly [string, string])[] {
  try {
    const value = readFileSync(join("/proc/sys", path), "utf8").trim();
    return /^\d+$/.test(value) ? [[path.replaceAll("/", "."), value]] : [];
  } catch {
    return [];
  }
}

/** Rounds of bare ssh, ours, node-ssh, ours, bare ssh …: of each the middle one counts. */
const ROUNDS = 5;

async function* connections(fleet: Fleet, size: number, tell: (seconds: number) => void): AsyncGenerator<Figure> {
  const ports = fleet.ports.slice(0, size);
  const seconds = { bare: [] as number[], ours: [] as number[], nodeSsh: [] as number[] };
  let counts: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    seconds.bare.push((await timed(() => bareSsh(fleet, ports))).seconds);
    const own = await ourRead(fleet, ports);
    seconds.ours.push(own.seconds);
    counts = own.counts;
    seconds.nodeSsh.push((await timed(() => nodeSsh(fleet, ports))).seconds);
  }
  const [bare, ours, plain] = [middle(seconds.bare), middle(seconds.ours), middle(seconds.nodeSsh)];
  tell(ours);
  const hosts = hostsOf(size);
  yield { what: `fan-out, ${hosts}: bare ssh`, value: `${bare.toFixed(2)} s`, aim: "" };
  yield { what: `fan-out, ${hosts}: node-ssh alone`, value: `${plain.toFixed(2)} s`, aim: "" };
  yield { what: `fan-out, ${hosts}: ours, first connection to last value`, value: `${ours.toFixed(2)} s`, aim: "" };
  yield { what: `fan-out, ${hosts}: ours over bare ssh`, value: `${(ours / bare).toFixed(2)} x`, aim: "1.3 x" };
  yield { what: `fan-out, ${hosts}: handshakes and round trips per host`, value: counts.join(", "), aim: "1 and 1" };
}

/** Once per size, because they take minutes. */
async function* peerRuns(fleet: Fleet, size: number, ours: number): AsyncGenerator<Figure> {
  const ports = fleet.ports.slice(0, size);
  const runs = { "pyinfra, whole run": pyinfraRun, "Ansible, whole run": ansibleRun };
  for (const [name, peer] of Object.entries(runs)) {
    const { seconds } = await timed(() => peer(fleet, ports));
    const value = `${seconds.toFixed(1)} s, ${(seconds / ours).toFixed(1)} x our read`;
    yield { what: `fan-out, ${hostsOf(size)}: ${name}`, value, aim: "" };
  }
}

function hostsOf(size: number): string {
  return `${size} host${size === 1 ? "" : "s"}`;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ readonly seconds: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}

/**
 * Seconds to the last value, the end of the connections left out as an `up` goes on with them; and handshakes and commands of every
 * host, as text. Throws when a value is missing.
 */
async function ourRead({ sshd, sysctls: wanted }: Fleet, ports: readonly number[]) {
  const pool = createSshPool({ root });
  const requests = wanted.map(([name]) => ({ kind: "value" as const, name: `/proc/sys/${name.replaceAll(".", "/")}` }));
  try {
    const { seconds } = await timed(() =>
      Promise.all(
        ports.map(async (port) => {
          const transport = await pool.transport(connectionTo(`host-${port}`, sshd, port));
          const records = await shellHost(transport, new AbortController().signal).read(requests);
          const values = records.filter(({ kind }) => kind === "value");
          if (values.length !== wanted.length) throw new Error(`${values.length} of ${wanted.length} values read`);
        }),
      ),
    );
    const counts = Object.values(pool.statistics()).map(({ handshakes, commands }) => `${handshakes} and ${commands}`);
    return { seconds, counts: [...new Set(counts)] };
  } finally {
    await pool.close();
  }
}

/** What the library that carries ours takes without it. */
async function nodeSsh({ sshd, sysctls: wanted }: Fleet, ports: readonly number[]): Promise<void> {
  const command = `sysctl -n ${wanted.map(([name]) => name).join(" ")}`;
  await Promise.all(
    ports.map(async (port) => {
      const ssh = new NodeSSH();
      try {
        const { user: username, privateKeyFile: privateKeyPath } = sshd;
        await ssh.connect({ host: "127.0.0.1", port, username, privateKeyPath });
        const { code } = await ssh.execCommand(command);
        if (code !== 0) throw new Error(`sysctl ended with ${code}`);
      } finally {
        ssh.dispose();
      }
    }),
  );
}

async function bareSsh({ sshd, folder, sysctls: wanted }: Fleet, ports: readonly number[]): Promise<void> {
  const options = [
    "-F",
    "none",
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    `UserKnownHostsFile=${join(folder, "known")}`,
    "-o",
    "BatchMode=yes",
  ];
  const command = `sysctl -n ${wanted.map(([name]) => name).join(" ")}`;
  await Promise.all(
    ports.map((port) =>
      run("ssh", [...options, "-i", sshd.privateKeyFile, "-p", String(port), `${sshd.user}@127.0.0.1`, command]),
    ),
  );
}

async function pyinfraRun({ sshd, folder, bin, sysctls: wanted }: Fleet, ports: readonly number[]): Promise<void> {
  const hosts = ports.map((port) => [
    `host-${port}`,
    {
      ssh_hostname: "127.0.0.1",
      ssh_port: port,
      ssh_user: sshd.user,
      ssh_key: sshd.privateKeyFile,
      ssh_strict_host_key_checking: "off",
    },
  ]);
  const list = hosts.map(([name, data]) => `(${JSON.stringify(name)}, ${JSON.stringify(data)})`).join(", ");
  writeFileSync(join(folder, "inventory.py"), `hosts = [${list}]\n`);
  const steps = wanted.map(([name, value]) => `server.sysctl(key="${name}", value=${value})`).join("\n");
  writeFileSync(join(folder, "deploy.py"), `from pyinfra.operations import server\n${steps}\n`);
  await run(join(bin, "pyinfra"), ["-y", "--parallel", String(ports.length), "inventory.py", "deploy.py"], { cwd: folder });
}

async function ansibleRun({ sshd, folder, bin, sysctls: wanted }: Fleet, ports: readonly number[]): Promise<void> {
  // Its own Python, which is there: discovery may find the shim of a version manager that does not work in every session.
  const python = `ansible_python_interpreter=${join(bin, "python")}`;
  const login = `ansible_host=127.0.0.1 ansible_user=${sshd.user} ansible_ssh_private_key_file=${sshd.privateKeyFile} ${python}`;
  writeFileSync(join(folder, "hosts.ini"), ports.map((port) => `host-${port} ${login} ansible_port=${port}\n`).join(""));
  const task = { "ansible.builtin.command": "sysctl -n {{ item }}", loop: wanted.map(([name]) => name), changed_when: false };
  writeFileSync(join(folder, "play.json"), JSON.stringify([{ hosts: "all", gather_facts: false, tasks: [task] }]));
  const env = { ...process.env, ANSIBLE_PIPELINING: "True", ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_HOME: folder };
  const words = ["-i", "hosts.ini", "--forks", String(ports.length), "play.json"];
  await run(join(bin, "ansible-playbook"), words, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 });
}
