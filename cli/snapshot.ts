import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { instrumentDigest } from "../benchmarks/index.ts";
import { createSshPool, distributionName, installedPackages, type SshPool, UserError } from "../hosts/index.ts";
import type { Lock, Plan, PlannedHost } from "../stacks/index.ts";
import { type Connect, connector } from "./connect.ts";
import type { Context } from "./context.ts";
import type { Pulumi } from "./pulumi.ts";

const facts = z.object({
  ...{ release: z.string(), kernel: z.string(), architecture: z.string(), cpuModel: z.string(), virtualisation: z.string() },
  ...{ distribution: distributionName, cpus: z.number(), memoryBytes: z.number() },
});
const texts = z.record(z.string(), z.string());
/** What of the outputs of `stacks/program.ts` is locked. */
const stackOutputs = z.object({
  hosts: z.record(
    z.string(),
    z.object({
      ...{ facts, packages: texts, added: z.array(z.string()), engines: texts },
      tuning: z.array(z.object({ knob: z.string(), status: z.string(), found: z.string() })).default([]),
    }),
  ),
  images: z.record(
    z.string(),
    z.object({ base: z.string(), baseDigest: z.string().default(""), packages: texts.default({}), digests: texts }),
  ),
  models: z.record(z.string(), z.object({ sha256: z.string() })).default({}),
  sessions: texts,
});
type ImageOutput = z.output<typeof stackOutputs>["images"][string];
type HostOutput = z.output<typeof stackOutputs>["hosts"][string];

/** What a stack that is up consists of now, asking its hosts for the versions of all packages that were brought. Throws `UserError`. */
export async function snapshot(context: Context, pulumi: Pulumi, plan: Plan): Promise<Lock> {
  const outputs = await outputsOf(pulumi, plan.stack);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  const connect = connector(context, plan.stack);
  try {
    const hosts = await Promise.all(
      plan.hosts.map(
        async (host) => [host.name, await lockHost(context, pool, connect, host, outputs.hosts[host.name])] as const,
      ),
    );
    const matrix = readFileSync(join(context.root, "stacks", `${plan.stack}.yaml`));
    return {
      ...{ version: 1, stack: plan.stack, at: new Date().toISOString() },
      matrix: createHash("sha256").update(matrix).digest("hex"),
      hosts: Object.fromEntries(hosts),
      images: Object.fromEntries(Object.entries(outputs.images).map(([name, image]) => [name, lockImage(image)])),
      models: Object.fromEntries(Object.entries(outputs.models).map(([name, { sha256 }]) => [name, sha256])),
      benchmarks: lockBenchmarks(plan, outputs.sessions),
    };
  } finally {
    await pool.close();
  }
}

async function outputsOf(pulumi: Pulumi, stack: string) {
  const { code, stdout, stderr } = await pulumi.capture(["stack", "output", "--json", "--stack", stack]);
  const remedy = `bring it up whole first: ./distrobench up ${stack}`;
  if (code !== 0) throw new UserError(`the outputs of the stack ${stack} can't be read: ${stderr.trim()}`, { remedy });
  const result = stackOutputs.safeParse(JSON.parse(stdout));
  if (result.success) return result.data;
  throw new UserError(`the stack ${stack} is not up as a whole: ${result.error.issues[0]?.path.join(".")} is missing`, {
    remedy,
  });
}

async function lockHost(context: Context, pool: SshPool, connect: Connect, host: PlannedHost, output: HostOutput | undefined) {
  if (output === undefined)
    throw new UserError(`${host.name} is not up`, { remedy: "bring its stack up whole first: ./distrobench up <stack>" });
  const transport = await pool.transport(await connect(host));
  const installed = await installedPackages(transport, host.distribution, { signal: context.signal });
  const names = [...new Set([...Object.keys(output.packages), ...output.added])].sort();
  const { distribution, release, kernel, architecture, cpuModel, cpus, memoryBytes, virtualisation } = output.facts;
  return {
    ...{ distribution, release, kernel, architecture, cpuModel, cpus, memoryBytes, virtualisation },
    packages: Object.fromEntries(names.map((name) => [name, installed.get(name) ?? output.packages[name] ?? "absent"])),
    engines: output.engines,
    tuning: Object.fromEntries(output.tuning.map(({ knob, status, found }) => [knob, found === "" ? status : found])),
  };
}

function lockImage({ base, baseDigest, packages, digests }: ImageOutput): Lock["images"][string] {
  return { base, ...(baseDigest === "" ? {} : { baseDigest, packages }), digests };
}

function lockBenchmarks(plan: Plan, sessions: Readonly<Record<string, string>>): Lock["benchmarks"] {
  return Object.fromEntries(
    plan.benchmarks.map(({ name, test }) => [
      name,
      { test, instrument: instrumentDigest(test), session: basename(sessions[name] ?? "") },
    ]),
  );
}
