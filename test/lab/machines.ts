import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Connection, LabMachineInputs, LabMachineOutputs, OperationContext, Stored } from "../../hosts/index.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";

const run = promisify(execFile);

/** A real machine of a test: somebody's host, reached over SSH. */
export interface Machine {
  readonly name: string;
  /** The `ssh:` entry of a matrix, on one line. */
  readonly access: string;
  readonly connection: Connection;
  /** What a command prints, as root. Rejects when it fails. */
  ssh(command: string): Promise<string>;
}

export interface Machines {
  readonly all: readonly Machine[];
  stop(): Promise<void>;
}

/** Boots machines of Debian 13 one after the other. `packages` are in their disk already. */
export async function bootMachines(names: readonly string[], packages: readonly string[]): Promise<Machines> {
  const root = await mkdtemp(join(tmpdir(), "distrobench-machines-"));
  const made: Stored<LabMachineInputs, LabMachineOutputs>[] = [];
  const all: Machine[] = [];
  const stop = async () => {
    await Promise.all(made.map(async (stored) => await labMachineHandler.delete(context(root), stored)));
    await rm(root, { recursive: true, force: true });
  };
  try {
    for (const name of names) {
      const inputs = inputsOf(name, packages);
      const { id, outputs } = await labMachineHandler.create(context(root), inputs);
      made.push({ id, inputs, outputs });
      all.push(machineOf(root, inputs, outputs));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { all, stop };
}

function inputsOf(name: string, packages: readonly string[]): LabMachineInputs {
  return {
    ...{ name, directory: `.distrobench/lab/test/${name}`, distribution: "debian", release: "trixie", cpus: 2 },
    ...{ memoryMiB: 1024, diskGiB: 8, accelerator: "auto", packages: [...packages], state: "running" },
  };
}

function machineOf(root: string, { name }: LabMachineInputs, outputs: LabMachineOutputs): Machine {
  const key = join(root, outputs.privateKeyFile);
  const hop = { address: "127.0.0.1", port: outputs.port, user: "root" };
  return {
    name,
    connection: { kind: "ssh", host: name, bastions: [], ...hop, privateKeyFile: key, hostKey: { key: outputs.hostKey } },
    access: `{ address: 127.0.0.1, port: ${outputs.port}, privateKeyFile: ${key}, hostKey: { key: ${outputs.hostKey} } }`,
    ssh: async (command) => {
      const words = ["-F", join(root, outputs.sshConfigFile), name, command];
      return (await run("ssh", words, { timeout: 180_000, maxBuffer: 64 << 20 })).stdout.trim();
    },
  };
}

function context(root: string): OperationContext {
  return {
    ...{ urn: "urn:pulumi:test::distrobench::distrobench:hosts:LabMachine::test", root, stack: "test" },
    signal: new AbortController().signal,
    ...{ progress: () => undefined, info: () => undefined, warn: () => undefined },
    transport: () => Promise.reject(new Error("a lab machine needs no transport")),
    exclusive: (_machine, work) => work(),
  };
}
