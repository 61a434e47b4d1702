import { closeSync, constants, openSync, readSync } from "node:fs";
import { parseKernelPriority, parseKernelText } from "./proc.ts";

/** Worst priority that counts as an error: 0 emergency, 1 alert, 2 critical, 3 error. */
const ERROR = 3;

/** Newest error lines, and characters of each, that are kept as evidence. */
const KEPT_LINES = 5;
const KEPT_CHARACTERS = 200;

let descriptor: number | undefined;
let errors = 0;
let newest: readonly string[] = [];

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
    if (outcome === "lost" || parseKernelPriority(outcome) > ERROR) continue;
    errors += 1;
    newest = [...newest, parseKernelText(outcome).slice(0, KEPT_CHARACTERS)].slice(-KEPT_LINES);
  }
}

/** Text of the newest `count` error lines, five at most. */
export function kernelErrorLines(count: number): readonly string[] {
  return newest.slice(-Math.min(count, KEPT_LINES));
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
