import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../hosts/index.ts";
import { settlePending } from "./begun.ts";
import type { Context } from "./context.ts";
import { type Pulumi, stateFile } from "./pulumi.ts";
import { stateDirectory } from "./settings.ts";

const lockFile = z.object({ pid: z.int(), hostname: z.string() });

/**
 * Repairs what a killed run left in a file backend of ours: its lock, and operations that it had begun.
 * Those of a process that still runs are left alone. Before a destroy, creates that were begun become resources, so that what they left on
 * a host is taken away. Returns what was done, in sentences.
 */
export async function heal(
  context: Context,
  pulumi: Pulumi,
  stack: string,
  { destroying = false }: { readonly destroying?: boolean } = {},
): Promise<string[]> {
  if (pulumi.settings.backend !== "project") return [];
  const locks = await removeLocks(context.root, stack);
  const unlocked = locks.removed.map((pid) => `removed the lock of process ${pid}, which is gone`);
  if (locks.living) return unlocked;
  const halfWritten = removeHalfWritten(stateFile(context.root, stack));
  const pending = await settlePending(context, pulumi, stack, destroying);
  return [...unlocked, ...halfWritten.map((name) => `removed ${name}, which a killed run had not finished writing`), ...pending];
}

/** An engine that was killed takes a moment to die. */
const DYING_MILLISECONDS = 2000;

async function removeLocks(root: string, stack: string): Promise<Locks> {
  const end = performance.now() + DYING_MILLISECONDS;
  const removed: number[] = [];
  for (;;) {
    const locks = removeDeadLocks(root, stack);
    removed.push(...locks.removed);
    if (!locks.living || performance.now() > end) return { removed, living: locks.living };
    await delay(100);
  }
}

interface Locks {
  /** Process numbers of their dead owners. */
  readonly removed: readonly number[];
  readonly living: boolean;
}

/** Stacks that a Pulumi of this machine works on at this moment, in our own backend. */
export function stacksAtWork(root: string): readonly { readonly stack: string; readonly pid: number }[] {
  const stacks = existsSync(lockRoot(root)) ? readdirSync(lockRoot(root)) : [];
  return stacks.flatMap((stack) => {
    const folder = join(lockRoot(root), stack);
    const owners = lockFiles(folder).flatMap((file) => readLock(join(folder, file)) ?? []);
    return owners.filter((owner) => owner.hostname === hostname() && runsPulumi(owner.pid)).map(({ pid }) => ({ stack, pid }));
  });
}

/** Throws `UserError` while another run works on the stack: Pulumi would say how to delete its lock. */
export function refuseBusy(root: string, stack: string): void {
  const busy = stacksAtWork(root).find((one) => one.stack === stack);
  if (busy === undefined) return;
  throw new UserError(`another run works on the stack ${stack} (process ${busy.pid}): nothing was done here`, {
    remedy: "Wait until it has ended, or end it with ^C where it runs.",
  });
}

function lockRoot(root: string): string {
  return join(stateDirectory(root), ".pulumi", "locks", "organization", "distrobench");
}

function removeDeadLocks(root: string, stack: string): Locks {
  const folder = join(lockRoot(root), stack);
  const found = lockFiles(folder).map((file) => ({ file, owner: readLock(join(folder, file)) }));
  const dead = found.filter(({ owner }) => owner === undefined || (owner.hostname === hostname() && !runsPulumi(owner.pid)));
  for (const { file } of dead) for (const name of [file, `${file}.attrs`]) rmSync(join(folder, name), { force: true });
  return { removed: dead.map(({ owner }) => owner?.pid ?? 0), living: dead.length < found.length };
}

/** Beside each lock the backend keeps its attributes (`.attrs`), which are no lock. */
function lockFiles(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
}

/** A lock file that was cut off while it was written belongs to nobody. */
function readLock(file: string): z.output<typeof lockFile> | undefined {
  try {
    return lockFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/**
 * The backend writes a file under a temporary name, but its attributes (`.attrs`) in place: cut off there, the whole state reads as
 * broken ("failed to load checkpoint: EOF"). A file without attributes is fine.
 */
function removeHalfWritten(state: string): string[] {
  const folder = dirname(state);
  if (!existsSync(folder)) return [];
  const ours = readdirSync(folder).filter((name) => name.startsWith(`${basename(state)}.`));
  const broken = ours.filter((name) => name.endsWith(".tmp") || (name.endsWith(".attrs") && !isJson(join(folder, name))));
  for (const name of broken) rmSync(join(folder, name));
  return broken;
}

function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}

/** A process number alone may have been given to another program since, and one that nobody has waited for yet is dead (state Z in proc(5)). */
function runsPulumi(pid: number): boolean {
  try {
    return /^\d+ \(pulumi.*\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
