import { access } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import type { OperationContext, ResourceHandler, Stored } from "../operation.ts";
import { machineFiles, machinePath } from "./arrangement.ts";
import { FailedKernelError, waitForBoot } from "./boot.ts";
import { writeSshConfig } from "./keys.ts";
import { type MachineRecord, readMachine, writeMachine } from "./machine-file.ts";
import { discardMachine, removeMachine } from "./machines.ts";
import { prepareMachine } from "./prepare.ts";
import { isAlive, type RunningMachine, startProcess, stopProcess } from "./process.ts";
import { type LabMachineInputs, type LabMachineOutputs, labMachineInputs } from "./schema.ts";

/** For a restart with other hardware: the guest's disk is kept, so it gets time to write. */
const RESTART_GRACE_SECONDS = 30;

/** Lab machines as a resource: see `LabMachineInputs`. */
export const labMachineHandler: ResourceHandler<LabMachineInputs, LabMachineOutputs> = {
  token: "distrobench:hosts:LabMachine",
  inputs: labMachineInputs,
  replaceOn: [
    "name",
    "directory",
    "distribution",
    "release",
    "architecture",
    "diskGiB",
    "packages",
    "mirror",
    "accelerator",
    "boot",
  ],
  notInDiff: [],
  secrets: [],
  refreshBeforeUpdate: true,
  create,
  read,
  update,
  delete: remove,
};

async function create(
  context: OperationContext,
  inputs: LabMachineInputs,
): Promise<{ readonly id: string; readonly outputs: LabMachineOutputs }> {
  const directory = machinePath(context.root, inputs.directory);
  return withLock(directory, context, async () => {
    // What an earlier run left that was killed before its state was written: nothing there can be trusted.
    await discardMachine(directory, 0);
    const machine = await abandonOnFailure(context, directory, async () => {
      const prepared = await prepareMachine(context, directory, { ...inputs, state: "running" });
      return bootMachine(context, directory, prepared);
    });
    return { id: machine.uuid, outputs: outputsOf(machine) };
  });
}

async function read(
  context: OperationContext,
  stored: Stored<LabMachineInputs, LabMachineOutputs>,
): Promise<{ readonly inputs: LabMachineInputs; readonly outputs: LabMachineOutputs } | "gone"> {
  const directory = machinePath(context.root, stored.inputs.directory);
  const machine = await readMachine(directory);
  if (machine?.uuid !== stored.id || machine === undefined || !(await diskPresent(directory))) return "gone";
  const state = (await isAlive(machine)) ? "running" : "stopped";
  return {
    inputs: { ...stored.inputs, cpus: machine.inputs.cpus, memoryMiB: machine.inputs.memoryMiB, state },
    outputs: { ...stored.outputs, state },
  };
}

async function update(
  context: OperationContext,
  _stored: Stored<LabMachineInputs, LabMachineOutputs>,
  inputs: LabMachineInputs,
): Promise<LabMachineOutputs> {
  const directory = machinePath(context.root, inputs.directory);
  return withLock(directory, context, async () => {
    const machine = await readMachine(directory);
    if (machine === undefined) throw new Error(`no machine in ${directory} any more`);
    const fits = machine.inputs.cpus === inputs.cpus && machine.inputs.memoryMiB === inputs.memoryMiB;
    if (fits && (await isAlive(machine))) return outputsOf(running(machine));
    context.info(fits ? "the machine did not run: starting it" : "restarting the machine with its new size");
    await stopProcess(directory, machine.uuid, RESTART_GRACE_SECONDS);
    const changed = { ...machine, inputs: { ...inputs, state: "running" as const } };
    await writeMachine(directory, changed);
    return outputsOf(await stopOnFailure(directory, changed, () => bootMachine(context, directory, changed)));
  });
}

async function remove(context: OperationContext, stored: Stored<LabMachineInputs, LabMachineOutputs>): Promise<void> {
  context.progress("powering off");
  await removeMachine(context.root, stored.inputs.directory);
}

/** Starts the machine and waits until it answers; a kernel that hangs or panics by itself is started once more. */
async function bootMachine(context: OperationContext, directory: string, machine: MachineRecord): Promise<RunningMachine> {
  try {
    return await bootOnce(context, directory, machine);
  } catch (error) {
    if (!(error instanceof FailedKernelError)) throw error;
    context.info(`${error.message}: starting it again`);
    await stopProcess(directory, machine.uuid, 0);
    return await bootOnce(context, directory, machine);
  }
}

async function bootOnce(context: OperationContext, directory: string, machine: MachineRecord): Promise<RunningMachine> {
  const started = await startProcess(directory, machine, context.signal);
  await writeSshConfig(directory, { name: machine.inputs.name, port: started.running.port, hostKey: machine.hostKey });
  await waitForBoot(directory, started, context);
  return started;
}

/** A machine that doesn't come up leaves no process; its console is kept for reading, unless the user stopped it. */
async function abandonOnFailure<Result>(
  context: OperationContext,
  directory: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (context.signal.aborted) await discardMachine(directory, 0);
    else await stopRecorded(directory);
    throw error;
  }
}

async function stopOnFailure<Result>(directory: string, machine: MachineRecord, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await stopProcess(directory, machine.uuid, 0);
    throw error;
  }
}

async function stopRecorded(directory: string): Promise<void> {
  const machine = await readMachine(directory);
  if (machine !== undefined) await stopProcess(directory, machine.uuid, 0);
}

async function diskPresent(directory: string): Promise<boolean> {
  const files = [machineFiles.overlay, machineFiles.base, machineFiles.kernel, machineFiles.initrd, machineFiles.clientKey];
  const present = files.map((file) => access(join(directory, file)));
  return Promise.all(present).then(
    () => true,
    () => false,
  );
}

function running(machine: MachineRecord): RunningMachine {
  if (machine.running === undefined) throw new Error(`${machine.inputs.name} has never run`);
  return { ...machine, running: machine.running };
}

function outputsOf(machine: RunningMachine): LabMachineOutputs {
  const { directory } = machine.inputs;
  return {
    ...machine.inputs,
    state: "running",
    address: "127.0.0.1",
    port: machine.running.port,
    user: "root",
    hostKey: machine.hostKey,
    privateKeyFile: join(directory, machineFiles.clientKey),
    sshConfigFile: join(directory, machineFiles.sshConfig),
    acceleratorInUse: machine.accelerator,
    emulated: machine.accelerator === "tcg",
    diskDigest: machine.diskDigest,
  };
}
