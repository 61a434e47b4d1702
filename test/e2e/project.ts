import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly stdout: string;
}

/** A running `./distrobench`, the leader of a process group of its own, as a shell would start it. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the output holds the text; rejects when the command ends before. */
  seen(text: string | RegExp): Promise<void>;
  /** Sends a signal to the whole group, as a terminal does. */
  signal(name: NodeJS.Signals): void;
}

export function start(words: readonly string[]): Running {
  const child = spawn(join(root, "distrobench"), words, { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let stdout = "";
  const waiting = new Set<() => void>();
  const grow = (text: string) => {
    output += text;
    for (const look of waiting) look();
  };
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    grow(String(chunk));
  });
  child.stderr.on("data", (chunk) => grow(String(chunk)));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, output, stdout })));
  const seen = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (typeof text === "string" ? !output.includes(text) : !text.test(output)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`${words.join(" ")} ended before it said ${text}:\n${output}`)));
    });
  return { child, ended, seen, signal: (name) => process.kill(-(child.pid ?? 0), name) };
}

export async function distrobench(...words: readonly string[]): Promise<Ended> {
  return await start(words).ended;
}

/** Lines of the newest operations log of a stack. */
export function newestOperations(stack: string): Record<string, unknown>[] {
  const folder = join(root, ".distrobench/runs", stack);
  const newest = readdirSync(folder).sort().at(-1);
  if (newest === undefined) throw new Error(`no operations log in ${folder}`);
  const lines = readFileSync(join(folder, newest), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Session folders of a stack, oldest first. */
export function sessionsOf(stack: string): string[] {
  const results = join(root, "results");
  if (!existsSync(results)) return [];
  return readdirSync(results)
    .filter((name) => name.includes(`-${stack}-`) && existsSync(join(results, name, "session.json")))
    .sort()
    .map((name) => join(results, name));
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly directory: string;
}

/** All processes whose command line holds a text, our own excepted. */
export function processesWith(text: string): Process[] {
  return processes().filter(({ pid, command }) => pid !== process.pid && command.includes(text));
}

/** A process and everything it started that still hangs below it: deepest last. */
export function descendants(pid: number): number[] {
  const all = processes();
  const below = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...below(one.pid)]);
  return [pid, ...below(pid)];
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

function readProcess(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything: the fields after the last bracket are state, parent, ...
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return [{ pid, parent, command, directory: readlinkSync(`/proc/${pid}/cwd`) }];
  } catch {
    return [];
  }
}
