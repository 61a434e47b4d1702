import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { PassThrough, type Readable, type Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

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
function compressor(): { readonly command: readonly [string, ...string[]]; readonly extension: string } {
  zstd ??= spawnSync("zstd", ["--version"], { stdio: "ignore" }).status === 0;
  return zstd
    ? { command: ["zstd", "-q", "-1", "-c"], extension: "tar.zst" }
    : { command: ["gzip", "-1", "-c"], extension: "tar.gz" };
}

/** A stream by way of the compressor; fails when either does. `counter` sees what goes in. */
export function compressed(from: Readable, signal: AbortSignal, counter: Transform = new PassThrough()) {
  const { command, extension } = compressor();
  return { stream: through(command, from, counter, signal), extension };
}

/** What was compressed, plain again. */
export function decompressed(from: Readable, signal: AbortSignal, path: string): Readable {
  return through([path.endsWith(".zst") ? "zstd" : "gzip", "-dcq"], from, new PassThrough(), signal);
}

function through(
  [program, ...options]: readonly [string, ...string[]],
  from: Readable,
  by: Transform,
  signal: AbortSignal,
): Readable {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(program, options, {
    stdio: ["pipe", "pipe", "inherit"],
    signal,
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with code ${code}`))));
  });
  const output = new PassThrough();
  output.once("close", () => child.kill());
  // The end is passed on when the program has ended well, so that a cut stream is never taken for a whole one.
  const [fed, read] = [pipeline(from, by, child.stdin, { signal }), pipeline(child.stdout, output, { end: false, signal })];
  Promise.all([fed, read, ended]).then(
    () => output.end(),
    (error: Error) => output.destroy(error),
  );
  return output;
}
