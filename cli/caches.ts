import { existsSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./context.ts";

export interface CacheFolder {
  readonly name: string;
  readonly path: string;
}

/** Everything that can be made again: removed by `clean`. Results, state and machines are elsewhere. */
export function cacheFolders(root: string, environment: Environment): CacheFolder[] {
  const set = environment.XDG_CACHE_HOME ?? "";
  const cache = join(set === "" ? join(environment.HOME ?? homedir(), ".cache") : set, "distrobench");
  return [
    { name: "cache of engines, plugins and lab disks", path: cache },
    { name: "build contexts", path: join(root, ".distrobench", "build") },
    { name: "logs of runs", path: join(root, ".distrobench", "runs") },
  ];
}

/** Bytes that a folder takes on disk; 0 when it is not there. Holes in files are not counted. */
export async function folderBytes(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
      return found?.isFile() ? found.blocks * 512 : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
