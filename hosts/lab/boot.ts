import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectionError } from "../errors.ts";
import { machineFiles } from "./arrangement.ts";
import { diskOperations, isAlive, type RunningMachine } from "./process.ts";
import { waitForSsh } from "./ssh-ready.ts";

/** Far above what a boot takes: 25 s emulated on an idle machine, 4 minutes seen on one eight times overloaded. */
const LIMIT_SECONDS = { kvm: 120, tcg: 600 } as const;
/** An emulated kernel hangs now and then with all processors spinning: its disk then stands still. */
const HANG_SECONDS = 120;
const LOG_LINES = 12;

/** The guest's kernel hangs, or an emulated one panicked, which happens now and then by itself: starting it again is worth a try. */
export class FailedKernelError extends ConnectionError {}

export interface BootOptions {
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/** Resolves with the seconds it took until the machine answers over SSH. Rejects with `ConnectionError` and the end of its console. */
export async function waitForBoot(directory: string, machine: RunningMachine, options: BootOptions): Promise<number> {
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 1000);
  const limit = LIMIT_SECONDS[machine.accelerator];
  const hangs = hangDetector(directory);
  const show = setInterval(() => options.progress(`booting ${seconds()} s`), 1000);
  try {
    const target = { directory, port: machine.running.port, hostKey: machine.hostKey };
    await waitForSsh(target, options.signal, async () => {
      if (!(await isAlive(machine))) throw await bootError(directory, machine, `ended during its boot after ${seconds()} s`);
      if (await hangs(seconds()))
        throw new FailedKernelError(
          machine.inputs.name,
          "machine-stopped",
          `the lab machine hangs in its boot, ${seconds()} s after its start`,
        );
      if (seconds() > limit) throw await bootError(directory, machine, `does not answer over SSH after ${limit} s`);
    });
  } finally {
    clearInterval(show);
  }
  options.progress(`SSH answers after ${seconds()} s`);
  return seconds();
}

/** Tells whether the disk has stood still for too long, at any time given in seconds since the start. */
function hangDetector(directory: string): (seconds: number) => Promise<boolean> {
  let last = { operations: -1, seconds: 0 };
  return async (seconds) => {
    const operations = await diskOperations(directory).catch(() => -1);
    if (operations !== last.operations) last = { operations, seconds };
    return seconds - last.seconds > HANG_SECONDS;
  };
}

async function bootError(directory: string, machine: RunningMachine, what: string): Promise<ConnectionError> {
  const path = join(directory, machineFiles.serialLog);
  const text = await readFile(path, "utf8").catch(() => "");
  const console = consoleTail(text);
  const panicked = machine.accelerator === "tcg" && text.includes("Kernel panic");
  return new (panicked ? FailedKernelError : ConnectionError)(
    machine.inputs.name,
    "machine-stopped",
    `the lab machine ${what}; its console said last:\n${console}`,
    {
      remedy: `see ${path}; up again starts it anew`,
    },
  );
}

/** The last lines of a serial console that a person can read, without terminal control sequences. */
export function consoleTail(text: string): string {
  const lines = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/\u001b(\[[0-9;?!]*[A-Za-z]|[A-Z78])/g, "")
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== "");
  return lines.length === 0 ? "(nothing)" : lines.slice(-LOG_LINES).join("\n");
}
