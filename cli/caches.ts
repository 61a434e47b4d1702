import { existsSync, readFileSync, realpathSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../hosts/index.ts";
import { mountsBelow } from "../hosts/lab/index.ts";
import type { Environment } from "./context.ts";

export interface CacheFolder {
  readonly name: string;
  readonly path: string;
}

/** Everything that can be made again: removed by `clean`. Results, state and machines are elsewhere. */
export function cacheFolders(root: string, environment: Environment): CacheFolder[] {
  return [
    { name: "cache of engines, plugins and lab disks", path: cacheDirectory(environment) },
    { name: "build contexts", path: join(root, ".distrobench", "build") },
    { name: "logs of runs", path: join(root, ".distrobench", "runs") },
  ];
}

/** Bytes that a folder takes on disk; 0 when it is not there. Holes in files and other file systems are not counted. */
export async function folderBytes(path: string, device?: number): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || (device !== undefined && found.dev !== device)) return 0;
  if (!found.isDirectory()) return found.blocks * 512;
  // Others may be at work in there: what goes away meanwhile counts as nothing.
  const names = await readdir(path).catch(() => []);
  let sum = found.blocks * 512;
  for (const name of names) sum += await folderBytes(join(path, name), found.dev);
  return sum;
}

/** Mount points below a folder, which must not be removed with it: a root file system that is being made has some. */
export function mountsIn(path: string, mounts = "/proc/self/mountinfo"): string[] {
  if (!existsSync(path) || !existsSync(mounts)) return [];
  // The kernel knows it by its real path.
  return mountsBelow(realpathSync(path), readFileSync(mounts, "utf8"));
}
