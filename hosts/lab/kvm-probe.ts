import { type ChildProcess, spawn } from "node:child_process";
import { type Architecture, controllerArchitecture } from "./architecture.ts";
import { acceleratorArguments } from "./qemu-arguments.ts";

const LIMIT_SECONDS = 20;
/** Typed into the guest's shell; only a shell that really runs answers with the product. */
const QUESTION = "echo proven-$((6*7))\n";
const ANSWER = "proven-42";
const ASK_MILLISECONDS = 500;

/** Whether guests run on this machine's KVM, and how that is known. */
export interface KvmVerdict {
  readonly usable: boolean;
  readonly reason: string;
}

export interface ProbeOptions {
  /** Directory with the `vmlinuz` and `initrd` to boot. */
  readonly bootFiles: string;
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/** Boots a kernel with KVM to the shell of its initrd and has it work something out. Ends within 20 s and leaves nothing. */
export async function probeKvm(options: ProbeOptions): Promise<KvmVerdict> {
  options.progress("trying whether KVM works");
  const architecture = controllerArchitecture();
  const child = spawn(architecture.qemu, probeArguments(architecture), {
    cwd: options.bootFiles,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const result = await converse(child, options.signal);
  options.signal.throwIfAborted();
  return result;
}

export function probeArguments(architecture: Architecture): string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", architecture.machine],
    ...[...acceleratorArguments("kvm", architecture), "-m", "512M", "-smp", "2", "-no-reboot"],
    ...["-kernel", "vmlinuz", "-initrd", "initrd"],
    ...["-append", `console=${architecture.console} panic=-1 rdinit=/bin/sh`],
    ...["-serial", "stdio", "-sandbox", "on,obsolete=deny,resourcecontrol=deny"],
  ];
}

function converse(child: ChildProcess, signal: AbortSignal): Promise<KvmVerdict> {
  return new Promise((resolve) => {
    let output = "";
    let errors = "";
    const settle = (usable: boolean, reason: string): void => {
      clearTimeout(limit);
      clearInterval(asking);
      signal.removeEventListener("abort", stop);
      child.kill("SIGKILL");
      resolve({ usable, reason });
    };
    const stop = (): void => settle(false, "the trial was stopped");
    const limit = setTimeout(
      () => settle(false, `a guest on /dev/kvm did not boot within ${LIMIT_SECONDS} s`),
      LIMIT_SECONDS * 1000,
    );
    const asking = setInterval(() => child.stdin?.write(QUESTION), ASK_MILLISECONDS);
    signal.addEventListener("abort", stop, { once: true });
    child.stdin?.on("error", () => undefined);
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
      if (output.includes(ANSWER)) settle(true, "a guest booted on /dev/kvm");
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors += chunk.toString("utf8");
    });
    child.once("error", (error) => settle(false, `QEMU could not be started: ${error.message}`));
    child.once("exit", () => settle(false, `a guest on /dev/kvm ended at once: ${errors.trim() || output.trim().slice(-200)}`));
  });
}
