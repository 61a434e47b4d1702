import { closeSync, constants, openSync, readSync } from "node:fs";
import { parseKernelPriority } from "./proc.ts";

/** Worst priority that counts as an error: 0 emergency, 1 alert, 2 critical, 3 error. */
const ERROR = 3;

let descriptor: number | undefined;
let errors = 0;

/** Kernel messages of priority error or worse seen so far; 0 where /dev/kmsg may not be read. Starts no process. */
export function kernelErrors(): number {
  try {
    descriptor ??= openSync("/dev/kmsg", constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return 0;
  }
  const record = Buffer.alloc(8192);
  for (;;) {
    const outcome = readRecord(descriptor, record);
    if (outcome === "end") return errors;
    if (outcome !== "lost" && parseKernelPriority(outcome) <= ERROR) errors += 1;
  }
}

export function closeKernelLog(): void {
  if (descriptor !== undefined) closeSync(descriptor);
  descriptor = undefined;
}

/** One record per read; EPIPE says that records were overwritten before we came, and reading goes on behind the gap. */
function readRecord(file: number, buffer: Buffer): string {
  try {
    return buffer.toString("utf8", 0, readSync(file, buffer));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPIPE" ? "lost" : "end";
  }
}
