import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ConnectionError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { machineFiles, machinePath } from "./arrangement.ts";
import { type MachineRecord, readMachine } from "./machine-file.ts";
import { isAlive, stopProcess } from "./process.ts";

/** The overlay goes with the machine, so that a guest which doesn't power off in this time loses nothing of worth. */
const REMOVAL_GRACE_SECONDS = 10;

export interface LabConnection {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Type and base64. */
  readonly hostKey: string;
  /** Absolute path. */
  readonly privateKeyFile: string;
}

/** How to reach the machine in a directory relative to the project's root. Rejects with `ConnectionError` when it does not run. */
export async function labConnection(root: string, directory: string): Promise<LabConnection> {
  const path = machinePath(root, directory);
  const machine = await readMachine(path);
  if (machine?.running === undefined || !(await isAlive(machine)))
    throw new ConnectionError(machine?.inputs.name ?? directory, "machine-stopped", "the lab machine does not run", {
      remedy: "./distrobench up starts it again",
    });
  return {
    address: "127.0.0.1",
    port: machine.running.port,
    user: "root",
    hostKey: machine.hostKey,
    privateKeyFile: join(path, machineFiles.clientKey),
  };
}

export interface ListedMachine {
  readonly name: string;
  /** Relative to the project's root. */
  readonly directory: string;
  readonly running: boolean;
}

/** What is in `.distrobench/lab/<stack>/`, whether the stack's state knows it or not; also what a killed run left half made. */
export async function listMachines(root: string, stack: string): Promise<readonly ListedMachine[]> {
  const parent = join(".distrobench", "lab", stack);
  const names = await readdir(join(root, parent)).catch(() => []);
  return Promise.all(names.sort().map((name) => describe(root, join(parent, name), name)));
}

async function describe(root: string, directory: string, name: string): Promise<ListedMachine> {
  const machine = await readMachine(join(root, directory)).catch(() => undefined);
  return { name: machine?.inputs.name ?? name, directory, running: machine !== undefined && (await isAlive(machine)) };
}

/** Stops the machine and removes its directory, within 30 s; succeeds when there is none. */
export async function removeMachine(root: string, directory: string): Promise<void> {
  const path = machinePath(root, directory);
  await withLock(path, {}, () => discardMachine(path, REMOVAL_GRACE_SECONDS));
}

/** For callers that hold the directory's lock. A record that can't be read doesn't keep its directory from being removed. */
export async function discardMachine(path: string, graceSeconds: number): Promise<void> {
  const machine: MachineRecord | undefined = await readMachine(path).catch(() => undefined);
  if (machine !== undefined) await stopProcess(path, machine.uuid, graceSeconds);
  await rm(path, { recursive: true, force: true });
}
