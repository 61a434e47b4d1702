import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** Command lines of all processes that hold a text, our own excepted. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => commandLine(name))
    .filter((line) => line.includes(text));
}

function commandLine(process: string): string {
  try {
    return readFileSync(join("/proc", process, "cmdline"), "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
