import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "./project.ts";

export interface Launched {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs `./distrobench` to its end from another folder, with other variables, and as another user where one is given. */
export function launch(
  words: readonly string[],
  world: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>>; readonly user?: number },
): Launched {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(join(root, "distrobench"), words, {
    cwd: world.cwd,
    env: { ...process.env, ...world.environment },
    encoding: "utf8",
    timeout: 120_000,
    ...(world.user === undefined ? {} : { uid: world.user, gid: world.user }),
  });
  return { status, stdout, stderr, seconds: (performance.now() - begin) / 1000 };
}

const OFTEN_USED = ["sh", "bash", "dirname", "readlink", "cmp", "find", "env", "cat", "ssh", "node", "npm"];

/** Fills a folder that is to be the whole PATH of a poorer machine: what the launcher itself needs, and the tools named. */
export function poorPath(folder: string, tools: readonly string[] = []): string {
  for (const tool of [...OFTEN_USED, ...tools]) {
    const found = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
    if (found === "") throw new Error(`${tool} is missing on this machine`);
    symlinkSync(found, join(folder, tool));
  }
  return folder;
}

/** Removes a destroyed stack that a test made for itself: its matrix, and every trace of its name in the state. */
export function forgetStack(stack: string): void {
  for (const folder of ["stacks", ".distrobench", "results"])
    for (const path of existsSync(join(root, folder)) ? tracesOf(stack, join(root, folder)) : [])
      rmSync(path, { recursive: true, force: true });
}

function tracesOf(stack: string, folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => basename(path).includes(stack))
    .map((path) => join(folder, path));
}
