import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, createSshPool } from "../../hosts/index.ts";
import { shellHost } from "../../kernel-tuning/index.ts";
import { freePort, type Sshd, startSshd } from "../lab/sshd.ts";
import type { Figure } from "./figure.ts";

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
 * An unchanged check of 40 sysctls on many hosts (loopback ports of real sshd), side by side. Ours is the tuning's
 * own read over pooled connections; the peers are whole runs of their command, and so is the bare ssh, which reads all in one command.
 */
export async function measure(): Promise<Figure[]> {
  const fleet = await makeFleet(Math.max(...SIZES));
  try {
    const figures: Figure[] = [];
    for (const size of SIZES) figures.push(...(await compare(fleet, size)));
    return figures;
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

async function compare(fleet: Fleet, size: number): Promise<Figure[]> {
  const ports = fleet.ports.slice(0, size);
  const bare = await timed(() => bareSsh(fleet, ports));
  const ours = await timed(() => ourRead(fleet, ports));
  const pyinfra = await timed(() => pyinfraRun(fleet, ports));
  const ansible = await timed(() => ansibleRun(fleet, ports));
  const ratio = (other: number) => `${(other / ours.seconds).toFixed(1)} x`;
  const hosts = `${size} host${size === 1 ? "" : "s"}`;
  const [counts] = ours.result;
  return [
    { what: `fan-out, ${hosts}: first connection to last value`, value: `${ours.seconds.toFixed(2)} s`, aim: "1.3 x bare ssh" },
    {
      what: `fan-out, ${hosts}: bare ssh`,
      value: `${bare.seconds.toFixed(2)} s (ours / it: ${(ours.seconds / bare.seconds).toFixed(2)})`,
      aim: "",
    },
    {
      what: `fan-out, ${hosts}: pyinfra, whole run`,
      value: `${pyinfra.seconds.toFixed(1)} s, ${ratio(pyinfra.seconds)} ours`,
      aim: "",
    },
    {
      what: `fan-out, ${hosts}: Ansible, whole run`,
      value: `${ansible.seconds.toFixed(1)} s, ${ratio(ansible.seconds)} ours`,
      aim: "",
    },
    { what: `fan-out, ${hosts}: handshakes and round trips per host`, value: counts ?? "", aim: "1 and 1" },
  ];
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ readonly seconds: number; readonly result: Result }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}

/** Handshakes and commands of every host, as text. Throws when a value is not the one that the machine has. */
async function ourRead({ sshd, sysctls: wanted }: Fleet, ports: readonly number[]): Promise<string[]> {
  const pool = createSshPool({ root });
  const requests = wanted.map(([name]) => ({ kind: "value" as const, name: `/proc/sys/${name.replaceAll(".", "/")}` }));
  try {
    await Promise.all(
      ports.map(async (port) => {
        const { user, privateKeyFile, hostKey } = sshd;
        const hop = { address: "127.0.0.1", port, user, privateKeyFile, hostKey: { key: hostKey } };
        const transport = await pool.transport({ kind: "ssh", host: `host-${port}`, bastions: [], ...hop });
        const records = await shellHost(transport, new AbortController().signal).read(requests);
        const values = records.filter(({ kind }) => kind === "value");
        if (values.length !== wanted.length) throw new Error(`${values.length} of ${wanted.length} values read`);
      }),
    );
    const counts = Object.values(pool.statistics()).map(({ handshakes, commands }) => `${handshakes} and ${commands}`);
    return [...new Set(counts)];
  } finally {
    await pool.close();
  }
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
