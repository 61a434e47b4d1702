import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StandIn } from "./stand-ins.ts";

/** Names the project whose stand-ins are started: the cached launchers serve every checkout. */
export const rootVariable = "DISTROBENCH_ROOT";

const MARK = "#!/bin/sh\n# distrobench stand-in\n";

/** Whether a file is one of our launchers; `undefined` where there is no file. */
export function isLauncher(path: string): boolean | undefined {
  const head = Buffer.alloc(MARK.length);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return head.toString() === MARK;
}

/** Writes the launcher of a stand-in to where the engine looks for the official executable. Overwrites atomically. */
export async function installLauncher(part: StandIn, path: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  const target = `\${${rootVariable}:?is not set; distrobench env prints it}/engine/${part.folder}/${part.executable}`;
  await writeFile(draft, `${MARK}exec "${target}" "$@"\n`, { mode: 0o755 });
  await rename(draft, path);
}

/** Makes room for the official plugin. */
export async function removeLauncher(path: string): Promise<void> {
  if (isLauncher(path) === true) await rm(join(path, ".."), { recursive: true, force: true });
}
