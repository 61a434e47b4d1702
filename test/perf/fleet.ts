import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgetStack } from "../e2e/launcher.ts";
import { distrobench, root } from "../e2e/project.ts";
import { type Bashrc, ownMachine } from "../lab/own-machine.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import type { Figure } from "./figure.ts";
import { hostsOf, type Playground, peerRuns, playground, wasStopped } from "./peers.ts";
import { middle, secondsOf } from "./timed.ts";

const STACK = "zz-fleet";
type Peer = keyof typeof peerRuns;
type Aim = Readonly<Partial<Record<Peer, number>>>;

/** Least ratio, the peer's time over ours, by the number of hosts. */
const aims: Readonly<Record<Bashrc, Readonly<Record<string, Aim>>>> = {
  none: { 1: { pyinfra: 1, Ansible: 0 }, 10: { pyinfra: 5, Ansible: 10 }, 50: { pyinfra: 10, Ansible: 20 } },
  own: { 1: { pyinfra: 1, Ansible: 0 }, 10: { pyinfra: 5, Ansible: 10 }, 50: { pyinfra: 10, Ansible: 20 } },
};
/** A peer is stopped after so many times what the aim asks for: Ansible takes ten minutes and more for 50 hosts with a slow .bashrc. */
const ENOUGH = 1.5;
const peersOf = (aim: Aim): readonly (readonly [peer: Peer, least: number])[] => Object.entries(aim) as [Peer, number][];

interface Fleet {
  /** What the lines of figures begin with. */
  readonly name: string;
  readonly playground: Playground;
  readonly servers: readonly Sshd[];
}

/**
 * Whole unchanged runs of `./distrobench up` beside whole runs of pyinfra and Ansible, over the same servers and in the same minutes. The
 * stack grows from size to size, so that the last `up` that makes something says what a further host costs.
 */
export async function* measure(bashrc: Bashrc): AsyncGenerator<Figure> {
  forgetStack(STACK);
  const sizes = Object.entries(aims[bashrc]);
  const fleet: Fleet = {
    name: bashrc === "own" ? "fleet, own .bashrc" : "fleet",
    playground: await playground(),
    servers: await servers(Math.max(...sizes.map(([size]) => Number(size))), bashrc),
  };
  try {
    const times = new Map<number, number>();
    for (const [size, aim] of sizes) yield* beside(fleet, Number(size), aim, (seconds) => times.set(Number(size), seconds));
    const growth = (times.get(50) ?? Number.NaN) / (times.get(10) ?? Number.NaN);
    yield { what: `${fleet.name}: ours, 50 hosts over 10`, value: `${growth.toFixed(1)} x`, aim: "5 x" };
  } finally {
    const { code, output } = await distrobench("destroy", STACK);
    if (code !== 0) process.stderr.write(`destroy ${STACK} ended with ${code}:\n${output}\n`);
    for (const server of fleet.servers) await server.stop();
    forgetStack(STACK);
    rmSync(fleet.playground.folder, { recursive: true, force: true });
  }
}

async function servers(count: number, bashrc: Bashrc): Promise<Sshd[]> {
  const started: Sshd[] = [];
  for (let index = 0; index < count; index += 1) {
    const [first] = started;
    const inside = ownMachine(`${STACK}-${index}`, { bashrc });
    const options = { extra: ["MaxStartups 1000"], inside };
    started.push(await startSshd({ ...options, ...(first === undefined ? {} : { keysOf: first }) }));
  }
  return started;
}

async function* beside(
  { name, playground: common, servers: all }: Fleet,
  size: number,
  aim: Aim,
  tell: (seconds: number) => void,
): AsyncGenerator<Figure> {
  const used = all.slice(0, size);
  const [login] = used;
  if (login === undefined) throw new Error("a fleet of no hosts");
  const hosts = hostsOf(size);
  writeFileSync(join(root, "stacks", `${STACK}.yaml`), matrix(used, common.sysctls));
  yield { what: `${name}, ${hosts}: up that makes the new ones`, value: text(await secondsOf(up)), aim: "" };
  // One run of each peer, between two of ours: at 50 hosts they take minutes.
  const first = await secondsOf(up);
  const ours: number[] = [first];
  const peers: PeerRun[] = [];
  const ports = used.map(({ port }) => port);
  for (const [peer, least] of peersOf(aim)) {
    const bound = least === 0 ? {} : { seconds: first * least * ENOUGH };
    peers.push({ peer, least, ...(await runOf(() => peerRuns[peer](common, login, ports, bound))) });
    ours.push(await secondsOf(up));
  }
  const own = middle(ours);
  tell(own);
  yield { what: `${name}, ${hosts}: unchanged up`, value: `${text(own)} (${ours.map(text).join(", ")})`, aim: "" };
  for (const { peer, least, ...run } of peers) {
    const value = besideOurs(run, own);
    yield { what: `${name}, ${hosts}: ${peer}`, value, aim: least === 0 ? "" : `at least ${least} x` };
  }
}

interface PeerRun extends Run {
  readonly peer: Peer;
  readonly least: number;
}

interface Run {
  readonly seconds: number;
  readonly stopped: boolean;
}

function besideOurs({ seconds, stopped }: Run, own: number): string {
  const times = `${(seconds / own).toFixed(1)} x ours`;
  return stopped ? `stopped after ${text(seconds)}, over ${times}` : `${text(seconds)}, ${times}`;
}

async function runOf(work: () => Promise<void>): Promise<Run> {
  let stopped = false;
  const seconds = await secondsOf(() =>
    work().catch((error: unknown) => {
      if (!wasStopped(error)) throw error;
      stopped = true;
    }),
  );
  return { seconds, stopped };
}

async function up(): Promise<void> {
  const { code, output } = await distrobench("up", STACK);
  if (code !== 0) throw new Error(`up ${STACK} ended with ${code}:\n${output}`);
}

function text(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** JSON is YAML. */
function matrix(used: readonly Sshd[], sysctls: Playground["sysctls"]): string {
  const distribution = thisDistribution();
  const knobs = Object.fromEntries(sysctls.map(([name, value]) => [`sysctl.${name}`, value]));
  const hosts = used.map((server, index) => [`host-${index}`, { distribution, ssh: accessTo(server), tuning: { knobs } }]);
  return JSON.stringify({ version: 1, title: "A fleet", packages: [], hosts: Object.fromEntries(hosts) });
}
