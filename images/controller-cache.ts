import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a directory all at once: `fill` writes into a neighbour that then takes the name. Of two processes that do the same
 * work at the same time, the first wins and both use its result. Nothing is left behind by a failure.
 */
export async function makeDirectory<Result>(target: string, fill: (directory: string) => Promise<Result>): Promise<Result> {
  const temporary = `${target}.${randomUUID()}.tmp`;
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    await mkdir(temporary, { mode: 0o700 });
    const result = await fill(temporary);
    await rename(temporary, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
    return result;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

let zstd: boolean | undefined;

/** zstd where the controller has it: engines unpack it faster than gzip. */
export function compressor(): { readonly command: readonly [string, ...string[]]; readonly extension: string } {
  zstd ??= spawnSync("zstd", ["--version"], { stdio: "ignore" }).status === 0;
  return zstd
    ? { command: ["zstd", "-q", "-1", "-c"], extension: "tar.zst" }
    : { command: ["gzip", "-1", "-c"], extension: "tar.gz" };
}
