import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { NodeSSH } from "node-ssh";
import { createSshPool } from "../../hosts/index.ts";
import { shellHost } from "../../kernel-tuning/index.ts";
import { freePort, type Sshd, startSshd } from "../lab/sshd.ts";
import type { Figure } from "./figure.ts";
import { connectionTo, withoutBashrc } from "./loopback.ts";
import { hostsOf, type Playground, peerRuns, playground } from "./peers.ts";
import { middle, secondsOf } from "./timed.ts";

const run = promisify(execFile);
const SIZES = [1, 10, 50] as const;
/** MAX_LISTEN_SOCKS of OpenSSH's sshd.c: it refuses to start with more. */
const PORTS_PER_SSHD = 16;
const root = join(import.meta.dirname, "../..");

interface Fleet extends Playground {
  /** The first server: the others have its keys. */
  readonly sshd: Sshd;
  readonly servers: readonly Sshd[];
  readonly ports: readonly number[];
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
    for (const size of SIZES) yield* peersBeside(fleet, size, ours.get(size) ?? Number.NaN);
  } finally {
    for (const server of fleet.servers) await server.stop();
    rmSync(fleet.folder, { recursive: true, force: true });
  }
}

async function makeFleet(size: number): Promise<Fleet> {
  const common = await playground();
  const servers: Sshd[] = [];
  const ports: number[] = [];
  while (ports.length < size) {
    const further = await freePorts(Math.min(PORTS_PER_SSHD, size - ports.length) - 1);
    const extra = ["MaxStartups 1000", ...further.map((port) => `Port ${port}`)];
    const [first] = servers;
    const server = await startSshd({ ...withoutBashrc, extra, ...(first === undefined ? {} : { keysOf: first }) });
    servers.push(server);
    ports.push(server.port, ...further);
  }
  const [sshd] = servers;
  if (sshd === undefined) throw new Error("a fleet of no hosts");
  return { ...common, sshd, servers, ports };
}

async function freePorts(count: number): Promise<number[]> {
  return await Promise.all(Array.from({ length: count }, () => freePort()));
}

/** Rounds of bare ssh, ours, node-ssh, ours, bare ssh …: of each the middle one counts. */
const ROUNDS = 5;

async function* connections(fleet: Fleet, size: number, tell: (seconds: number) => void): AsyncGenerator<Figure> {
  const ports = fleet.ports.slice(0, size);
  const seconds = { bare: [] as number[], ours: [] as number[], nodeSsh: [] as number[] };
  let counts: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    seconds.bare.push(await secondsOf(() => bareSsh(fleet, ports)));
    const own = await ourRead(fleet, ports);
    seconds.ours.push(own.seconds);
    counts = own.counts;
    seconds.nodeSsh.push(await secondsOf(() => nodeSsh(fleet, ports)));
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
async function* peersBeside(fleet: Fleet, size: number, ours: number): AsyncGenerator<Figure> {
  for (const [name, run] of Object.entries(peerRuns)) {
    const seconds = await secondsOf(() => run(fleet, fleet.sshd, fleet.ports.slice(0, size)));
    const value = `${seconds.toFixed(1)} s, ${(seconds / ours).toFixed(1)} x our read`;
    yield { what: `fan-out, ${hostsOf(size)}: ${name}, whole run`, value, aim: "" };
  }
}

/**
 * Seconds to the last value, the end of the connections left out as an `up` goes on with them; and handshakes and commands of every
 * host, as text. Throws when a value is missing.
 */
async function ourRead({ sshd, sysctls: wanted }: Fleet, ports: readonly number[]) {
  const pool = createSshPool({ root });
  const requests = wanted.map(([name]) => ({ kind: "value" as const, name: `/proc/sys/${name.replaceAll(".", "/")}` }));
  try {
    const seconds = await secondsOf(() =>
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
