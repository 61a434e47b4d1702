import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./command.ts";
import { readOr } from "./conditions.ts";
import type { Started, Starter } from "./container-order.ts";
import { starters } from "./engines.ts";
import { freePort } from "./health.ts";
import { homeOnHost } from "./home.ts";
import { containerGroups } from "./leftovers.ts";

/** Containers that may exist now: removed by name when the session ends, however it ends. */
const alive = new Map<string, { readonly starter: Starter; readonly started: Started }>();
let count = 0;

const REMOVAL_SECONDS = 60;

/** A name, port and id file that no other sample uses, and a note that the container has to be removed. */
export async function register(starter: Starter): Promise<Started> {
  count += 1;
  const name = `distrobench-${process.pid}-${count}`;
  const directory = mkdtempSync(join(homeOnHost() ?? tmpdir(), "distrobench-"));
  const started = { name, hostPort: await freePort(), idFile: join(directory, "id") };
  alive.set(name, { starter, started });
  return started;
}

/** Folders of a container's control groups; none before the engine has written its id, and for a plain process. */
export function groupsOf({ idFile }: Started): readonly string[] {
  const id = readOr(idFile).trim();
  return id === "" ? [] : containerGroups(id);
}

/** Removes the container by the engine's own command. Rejects with what the engine said when it will not go. */
export async function removeContainer(starter: Starter, started: Started): Promise<void> {
  const command = starters[starter].remove?.(started.name);
  alive.delete(started.name);
  if (command !== undefined) {
    const { code, tail } = await run(command, REMOVAL_SECONDS, { outlives: true });
    if (code !== 0 && !/no such container|is already in progress/i.test(tail)) {
      throw new Error(`${command.join(" ")} ended with exit code ${code}: ${tail}`);
    }
  }
  rmSync(dirname(started.idFile), { recursive: true, force: true });
}

/** Removes containers of ours that an earlier session left when it was killed; their names. */
export async function sweep(wanted: readonly Starter[]): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const starter of new Set(wanted)) {
    const { leftBehind, remove } = starters[starter];
    if (leftBehind === undefined || remove === undefined) continue;
    const { stdout } = await run(leftBehind(), REMOVAL_SECONDS);
    for (const name of stdout.split("\n").filter((line) => line !== "" && !alive.has(line))) {
      await run(remove(name), REMOVAL_SECONDS);
      removed.push(name);
    }
  }
  return removed;
}

/**
 * Kills the processes of every container at once through its control group, which no engine can delay; `--rm` makes the engine clear
 * up what is then dead. Only a container without processes (created, not started) needs the engine's own `rm`, which nobody waits for.
 */
export function killContainers(): void {
  for (const { starter, started } of alive.values()) {
    const groups = groupsOf(started);
    for (const group of groups) killControlGroup(group);
    const [file, ...rest] = starters[starter].remove?.(started.name) ?? [];
    if (file !== undefined && groups.length === 0) spawn(file, rest, { stdio: "ignore", detached: true }).unref();
    rmSync(dirname(started.idFile), { recursive: true, force: true });
  }
  alive.clear();
}

/** `cgroup.kill` exists since Linux 5.14 on version 2; elsewhere each process is killed. */
function killControlGroup(path: string): void {
  try {
    writeFileSync(join(path, "cgroup.kill"), "1", { flag: "r+" });
  } catch {
    for (const pid of processesOf(path)) killProcess(pid);
  }
}

function processesOf(path: string): readonly number[] {
  try {
    return readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
