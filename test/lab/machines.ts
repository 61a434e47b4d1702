import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Connection, LabMachineInputs, LabMachineOutputs, Stored } from "../../hosts/index.ts";
import { machineFiles } from "../../hosts/lab/arrangement.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";
import { withQmp } from "../../hosts/lab/qmp.ts";
import { labContext } from "./operation-context.ts";

const run = promisify(execFile);

/** A real machine of a test: somebody's host, reached over SSH. */
export interface Machine {
  readonly name: string;
  /** Where its QEMU listens for QMP on this machine. */
  readonly controlSocket: string;
  /** The `ssh:` entry of a matrix, on one line. */
  readonly access: string;
  readonly connection: Connection;
  /** What a command prints, as root. Rejects when it fails. */
  ssh(command: string): Promise<string>;
}

export interface Machines {
  readonly all: readonly Machine[];
  /** Machines whose QEMU has ended by itself, each with the last line of its console: an emulated kernel panics now and then. */
  ended(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Boots machines of Debian 13 one after the other. `packages` are in their disk already. Those that boot through GRUB can restart. */
export async function bootMachines(
  names: readonly string[],
  packages: readonly string[],
  boot: "direct" | "grub" = "direct",
): Promise<Machines> {
  const root = await mkdtemp(join(tmpdir(), "distrobench-machines-"));
  const made: Stored<LabMachineInputs, LabMachineOutputs>[] = [];
  const all: Machine[] = [];
  const stop = async () => {
    await Promise.all(made.map(async (stored) => await labMachineHandler.delete(labContext(root), stored)));
    await rm(root, { recursive: true, force: true });
  };
  try {
    for (const name of names) {
      const inputs = inputsOf(name, packages, boot);
      const { id, outputs } = await labMachineHandler.create(labContext(root), inputs);
      made.push({ id, inputs, outputs });
      all.push(machineOf(root, inputs, outputs));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const ended = async () => (await Promise.all(all.map(async (one) => await lastWords(one)))).flat();
  return { all, ended, stop };
}

async function lastWords({ name, controlSocket }: Machine): Promise<string[]> {
  const [directory, socket] = [dirname(controlSocket), basename(controlSocket)];
  const state = await withQmp(directory, socket, 10, ({ execute }) => execute("query-status")).catch(() => undefined);
  if (state !== undefined) return [];
  const log = await readFile(join(directory, machineFiles.serialLog), "utf8");
  return [`${name}: ${log.trim().split("\n").at(-1)}`];
}

function inputsOf(name: string, packages: readonly string[], boot: "direct" | "grub"): LabMachineInputs {
  return {
    ...{ name, directory: `.distrobench/lab/test/${name}`, distribution: "debian", release: "trixie", cpus: 2 },
    ...{ memoryMiB: 1024, diskGiB: 8, accelerator: "auto", packages: [...packages], state: "running", boot },
  };
}

function machineOf(root: string, inputs: LabMachineInputs, outputs: LabMachineOutputs): Machine {
  const { name } = inputs;
  const key = join(root, outputs.privateKeyFile);
  const hop = { address: "127.0.0.1", port: outputs.port, user: "root" };
  return {
    name,
    controlSocket: join(root, inputs.directory, machineFiles.control),
    connection: { kind: "ssh", host: name, bastions: [], ...hop, privateKeyFile: key, hostKey: { key: outputs.hostKey } },
    access: `{ address: 127.0.0.1, port: ${outputs.port}, privateKeyFile: ${key}, hostKey: { key: ${outputs.hostKey} } }`,
    ssh: async (command) => {
      const words = ["-F", join(root, outputs.sshConfigFile), name, command];
      return (await run("ssh", words, { timeout: 180_000, maxBuffer: 64 << 20 })).stdout.trim();
    },
  };
}
