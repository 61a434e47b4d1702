import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const ownerSchema = z.object({ pid: z.int().positive(), started: z.string() });
type Owner = z.infer<typeof ownerSchema>;

const POLL_MILLISECONDS = 300;

/**
 * Runs work while this process alone holds the lock file `path`. Waits for a living owner; takes over from a dead one.
 * Throws the signal's reason when aborted while waiting.
 */
export async function withLock<Result>(
  path: string,
  options: { readonly waiting: (pid: number) => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  const mine = JSON.stringify({ pid: process.pid, started: (await startOf(process.pid)) ?? "" } satisfies Owner);
  let told = false;
  while (!(await acquire(path, mine))) {
    const owner = await livingOwner(path);
    if (owner === undefined) continue;
    if (!told) options.waiting(owner.pid);
    told = true;
    await sleep(POLL_MILLISECONDS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Who holds the lock; removes it when that process is dead. */
async function livingOwner(path: string): Promise<Owner | undefined> {
  const found = await readFile(path, "utf8").catch(() => undefined);
  if (found === undefined) return undefined;
  const owner = parseOwner(found);
  if (owner !== undefined && (await alive(owner))) return owner;
  await removeStale(path, found);
  return undefined;
}

/** A hard link appears with its whole content or not at all, unlike a file that is created and then written. */
async function acquire(path: string, owner: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, owner);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves the lock away first: of several processes that saw the same dead owner only one succeeds. */
async function removeStale(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, "utf8");
  // Somebody took the lock between our look and our move: give it back.
  if (moved !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A process id alone is reused after a reboot or by chance; with its start time it is one process. */
async function alive(owner: Owner): Promise<boolean> {
  return (await startOf(owner.pid)) === owner.started;
}

/** Start time in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)); the name in field 2 may hold spaces. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat
    ?.slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(19);
}
