import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { unlessAborted } from "./unless-aborted.ts";

const POLL_MILLISECONDS = 250;
/** Above every process id of Linux (at most 2^22). */
const NOBODY = 2 ** 30;

const ownerSchema = z.object({
  pid: z.int().positive(),
  /** Clock ticks from boot to the process' start, which tells it from a later process with the same id. */
  started: z.string(),
  /** What holds the machine, for the one who waits. */
  holder: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

export interface MachineLockOptions {
  /** Directory of the lock files; made when missing. */
  readonly directory: string;
  readonly holder: string;
  readonly signal: AbortSignal;
  /** Told who is waited for, once per owner. */
  readonly onWait: (holder: string) => void;
}

/** What holds and awaits each lock file within this process: they take turns in the order they came. */
const turns = new Map<string, { readonly last: Promise<unknown>; holder: string }>();

/**
 * Runs work while no other call, and no other process under the same project, works on the machine.
 * A lock whose owner died is taken over. Rejects with the signal's reason when aborted while waiting.
 */
export async function withMachine<Result>(
  machine: string,
  options: MachineLockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const file = join(options.directory, `${machine.replaceAll(/[^\w.-]/g, "_")}.lock`);
  const before = turns.get(file);
  let finish = () => {};
  const mine = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const turn = { last: Promise.all([before?.last, mine]), holder: before?.holder ?? options.holder };
  turns.set(file, turn);
  try {
    if (before !== undefined) {
      options.onWait(before.holder);
      await unlessAborted(options.signal, () => before.last);
    }
    turn.holder = options.holder;
    await acquire(file, options);
    return await work().finally(() => rmSync(file, { force: true }));
  } finally {
    finish();
    if (turns.get(file) === turn) turns.delete(file);
  }
}

/** Waits for the file, which stands for the machine among processes. */
async function acquire(file: string, options: MachineLockOptions): Promise<void> {
  mkdirSync(options.directory, { recursive: true });
  let told = "";
  for (;;) {
    options.signal.throwIfAborted();
    const owner = tryToTake(file, options.holder);
    if (owner === undefined) return;
    const name = `${owner.holder} (process ${owner.pid})`;
    if (name !== told) options.onWait(name);
    told = name;
    await sleep(POLL_MILLISECONDS);
  }
}

/** Takes the lock, or says who has it. A link appears with its content, so that no one reads half an owner. */
function tryToTake(file: string, holder: string): Owner | undefined {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? "", holder } satisfies Owner));
  try {
    for (;;) {
      if (tryToLink(draft, file)) return undefined;
      const owner = readOwner(file);
      if (owner !== undefined && isAlive(owner)) return owner;
      if (owner !== undefined) putAside(file, owner);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function tryToLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a dead owner's lock; gives it back when another process has taken over between the look and the removal. */
function putAside(file: string, stale: Owner): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved !== undefined && (moved.pid !== stale.pid || moved.started !== stale.started)) tryToLink(aside, file);
  rmSync(aside, { force: true });
}

/** `undefined` when the file went away; an unreadable one belongs to nobody. */
function readOwner(file: string): Owner | undefined {
  try {
    return ownerSchema.catch({ pid: NOBODY, started: "", holder: "" }).parse(parseJson(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  return owner.pid !== NOBODY && startOf(owner.pid) === owner.started;
}

/** Field 22 of /proc/PID/stat, proc(5); the name before it may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
