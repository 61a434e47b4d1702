import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { architectureOf } from "./architecture.ts";
import { machineFiles } from "./arrangement.ts";
import { diskBuilder } from "./disk/builder.ts";
import { findFirmware } from "./firmware.ts";
import { LocalProcessError, runLocal } from "./local-process.ts";
import { type MachineRecord, writeMachine } from "./machine-file.ts";
import { requirePrerequisites } from "./prerequisites.ts";
import { endProcess, findByArgument, identifyProcess, isRunning, type ProcessIdentity, waitForEnd } from "./process-identity.ts";
import { type MachineSpecification, qemuArguments } from "./qemu-arguments.ts";
import { withQmp } from "./qmp.ts";

const START_SECONDS = 60;
const CONTROL_SECONDS = 10;

export type RunningMachine = MachineRecord & { readonly running: NonNullable<MachineRecord["running"]> };

/** Whether the machine's own process runs. */
export async function isAlive(machine: MachineRecord): Promise<boolean> {
  return machine.running !== undefined && (await isRunning(machine.running.process, machine.uuid));
}

/**
 * Starts QEMU for a machine that is prepared in `directory`, on the port it had if that is free. The process outlives this one.
 * Resolves when its port is known (long before the guest answers). Rejects with `UserError`. Calls `onExec` just
 * before the program is spawned, again when its port was taken and it is spawned once more.
 */
export async function startProcess(
  directory: string,
  machine: MachineRecord,
  signal: AbortSignal,
  onExec: () => void = () => undefined,
): Promise<RunningMachine> {
  await requirePrerequisites(architectureOf(machine.inputs.architecture), machine.inputs.boot ?? "direct");
  await rename(join(directory, machineFiles.serialLog), join(directory, "serial.previous.log")).catch(() => undefined);
  await rm(join(directory, machineFiles.control), { force: true });
  await launch(directory, machine, signal, onExec);
  const pid = Number.parseInt(await readFile(join(directory, machineFiles.processId), "utf8"), 10);
  const process = await identifyProcess(pid);
  if (process === undefined || !(await isRunning(process, machine.uuid)))
    throw new UserError(`${machine.inputs.name}: QEMU ended right after its start`, {
      remedy: `see ${join(directory, machineFiles.serialLog)}`,
    });
  const port = await forwardedPort(directory);
  const running = { ...machine, running: { process, port } };
  await writeMachine(directory, running);
  return running;
}

async function launch(directory: string, machine: MachineRecord, signal: AbortSignal, onExec: () => void): Promise<void> {
  const architecture = architectureOf(machine.inputs.architecture);
  const code = machine.inputs.boot === "grub" ? (await findFirmware()).code : undefined;
  const start = (port: number): Promise<string> => {
    const words = qemuArguments({ ...specification(machine, port), firmware: code }, architecture);
    onExec();
    return runLocal(architecture.qemu, words, { cwd: directory, signal, timeoutSeconds: START_SECONDS });
  };
  const earlier = machine.running?.port ?? 0;
  try {
    await start(earlier);
  } catch (error) {
    const taken = error instanceof LocalProcessError && /host forwarding rule/i.test(error.message);
    if (!taken || earlier === 0) throw error;
    await start(0);
  }
}

function specification(machine: MachineRecord, port: number): Omit<MachineSpecification, "firmware"> {
  const { name, cpus, memoryMiB } = machine.inputs;
  const { bootArguments = [] } = diskBuilder(machine.inputs.distribution);
  return { name, cpus, memoryMiB, uuid: machine.uuid, accelerator: machine.accelerator, port, bootArguments };
}

/** The port that QEMU really listens on: it asked the kernel for a free one, so none is guessed. */
async function forwardedPort(directory: string): Promise<number> {
  const text = await withQmp(directory, machineFiles.control, CONTROL_SECONDS, (session) =>
    session.execute("human-monitor-command", { "command-line": "info usernet" }),
  );
  const port = parseForwardedPort(String(text));
  if (port === undefined) throw new Error(`no forwarded port in QEMU's answer: ${String(text)}`);
  return port;
}

const blockStatistics = z.array(z.object({ stats: z.object({ rd_operations: z.number(), wr_operations: z.number() }) }));

/** Reads and writes of the guest's disk since its start: a number that stands still while a guest boots tells of a hanging kernel. */
export async function diskOperations(directory: string): Promise<number> {
  const answer = await withQmp(directory, machineFiles.control, CONTROL_SECONDS, (session) =>
    session.execute("query-blockstats"),
  );
  return blockStatistics.parse(answer).reduce((sum, { stats }) => sum + stats.rd_operations + stats.wr_operations, 0);
}

/** Port of the line `TCP[HOST_FORWARD]  <fd>  127.0.0.1  <port>  <guest>  22 ...` of `info usernet`. */
export function parseForwardedPort(text: string): number | undefined {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s/.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

/**
 * Ends every process of the machine: asks the guest to power off, after `graceSeconds` tells QEMU to quit, at last kills it. With
 * no grace it is killed at once, for a machine whose disk is thrown away or that hangs.
 * Takes at most `graceSeconds` + 15 s. Only processes with the machine's UUID among their arguments are touched.
 */
export async function stopProcess(directory: string, uuid: string, graceSeconds: number): Promise<void> {
  for (const process of await machineProcesses(uuid)) await stopOne(directory, process, graceSeconds);
  // The child of `-daemonize` has its arguments only a moment after the fork.
  await delay(20);
  for (const late of await machineProcesses(uuid)) await endProcess(late, "SIGKILL", 10);
}

async function stopOne(directory: string, process: ProcessIdentity, graceSeconds: number): Promise<void> {
  if (graceSeconds > 0) {
    await control(directory, "system_powerdown");
    if (await waitForEnd(process, graceSeconds)) return;
    await control(directory, "quit");
    if (await waitForEnd(process, 3)) return;
  }
  if (!(await endProcess(process, "SIGKILL", 10))) throw new Error(`process ${process.pid} of QEMU does not end`);
}

async function machineProcesses(uuid: string): Promise<ProcessIdentity[]> {
  const found = await findByArgument(uuid);
  const qemu = await Promise.all(found.map(async ({ pid }) => (await programOf(pid)).startsWith("qemu-system-")));
  return found.filter((_, index) => qemu[index]);
}

async function programOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return (text.split("\0", 1)[0] ?? "").split("/").at(-1) ?? "";
}

/** A command whose failure only means that the next, harder step is needed. */
async function control(directory: string, command: "system_powerdown" | "quit"): Promise<void> {
  await withQmp(directory, machineFiles.control, 2, (session) => session.execute(command)).catch(() => undefined);
}
