import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createSshPool, type OperationContext } from "../../hosts/index.ts";
import { distrobench, newestOperations, processesWith, root } from "../e2e/project.ts";
import type { Figure } from "./figure.ts";
import { measure as imageDelivery } from "./image-delivery.ts";

/**
 * Brings a matrix of lab machines up, up again and down, with the figures of each step. Caches are used where they are
 * there; `./distrobench clean` before makes it the cold run of a new machine.
 */
export async function measureStack(stack: string): Promise<Figure[]> {
  await command("destroy", stack);
  const memory = watchProvider();
  const first = await command("up", stack);
  const peak = memory.stop();
  const second = await command("up", stack);
  const lines = newestOperations(stack).filter(({ type }) => type === "transport");
  const delivery = await deliveryFigures(stack);
  const down = await command("destroy", stack);
  return [
    { what: `${stack}: up`, value: seconds(first), aim: "30 min with empty caches" },
    { what: `${stack}: unchanged second up`, value: seconds(second), aim: "15 s" },
    { what: `${stack}: SSH handshakes per host in it`, value: lines.map(({ handshakes }) => handshakes).join(", "), aim: "1" },
    {
      what: `${stack}: bytes sent in it, reads included`,
      value: lines.map(({ bytesSent }) => bytesSent).join(", "),
      aim: "image: 0",
    },
    { what: `${stack}: destroy`, value: seconds(down), aim: "60 s" },
    { what: "provider: most memory resident", value: `${Math.round(peak / 1e6)} MB`, aim: "150 MB" },
    ...delivery,
  ];
}

async function command(verb: string, stack: string): Promise<number> {
  const start = performance.now();
  const { code, output } = await distrobench(verb, stack);
  if (code !== 0) throw new Error(`${verb} ${stack} ended with ${code}:\n${output}`);
  return (performance.now() - start) / 1000;
}

function seconds(value: number): string {
  return value < 120 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** Looks at the provider process twice a second. */
function watchProvider(): { stop(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    for (const { pid } of processesWith(join(root, "provider/main.ts"))) peak = Math.max(peak, residentBytes(pid));
  }, 500);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The two hosts of a stack that is up: the image goes from one to the other, and back out again. */
export async function deliveryFigures(stack: string): Promise<Figure[]> {
  const [builder, target] = ["debian-13", "debian-testing"].map((host) => labHost(stack, host));
  if (builder === undefined || target === undefined) return [];
  const { stdout } = await promisify(execFile)("ssh", [
    ...builder.ssh.slice(1),
    "docker images --no-trunc --quiet distrobench/model-server",
  ]);
  const pool = createSshPool({ root });
  try {
    const { firstSeconds, nextSeconds, peerSeconds, speedRatio } = await imageDelivery({
      operation: operation(stack, pool),
      builder,
      target,
      source: stdout.trim().split("\n")[0] ?? "",
      ssh: { builder: builder.ssh, target: target.ssh },
    });
    return [
      {
        what: "delivery: first host, against docker save | gzip -1 | ssh docker load",
        value: `${firstSeconds.toFixed(1)} s, ${peerSeconds.toFixed(1)} s`,
        aim: "",
      },
      { what: "delivery: speed beside it", value: `${speedRatio.toFixed(2)} x`, aim: "1.0 x" },
      { what: "delivery: a further host", value: `${nextSeconds.toFixed(1)} s`, aim: "" },
    ];
  } finally {
    await pool.close();
  }
}

function labHost(stack: string, host: string) {
  const directory = `.distrobench/lab/${stack}/${host}`;
  const ssh: [string, ...string[]] = ["ssh", "-F", join(root, directory, "ssh_config"), host];
  return { host, connection: { kind: "lab" as const, host, directory }, ssh };
}

function operation(stack: string, pool: ReturnType<typeof createSshPool>): OperationContext {
  const quiet = () => undefined;
  return {
    urn: "urn:pulumi:perf",
    signal: new AbortController().signal,
    root,
    stack,
    progress: quiet,
    info: quiet,
    warn: quiet,
    transport: (connection) => pool.transport(connection),
    exclusive: (_machine, work) => work(),
  };
}
