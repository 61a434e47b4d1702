import { access } from "node:fs/promises";
import { join } from "node:path";
import { machineFiles } from "./arrangement.ts";
import { runLocal } from "./local-process.ts";
import { type LabTool, requireTools } from "./prerequisites.ts";

const TOOLS: readonly LabTool[] = [
  { name: "GNU dd", command: "dd", debianPackage: "coreutils" },
  { name: "page cache reader", command: "fincore", debianPackage: "util-linux-extra" },
];

/** Chain of a machine's disk. Kernel and initrd are not of it: QEMU maps them, and what one machine maps no other one can drop. */
const diskFiles = [machineFiles.overlay, machineFiles.snapshot, machineFiles.base] as const;

/** Throws `UserError` when the controller can't drop the page cache of a file, or can't tell whether it did. */
export async function requireCacheTools(): Promise<void> {
  await requireTools(TOOLS, "dropped page caches");
}

/**
 * Drops the controller's page cache of a machine's disk images; bytes of them that are resident afterwards. Needs no privileges: `dd` of
 * nothing with `nocache` is posix_fadvise(POSIX_FADV_DONTNEED) for the whole file, which drops clean pages, so they are written first. A
 * file system in memory keeps them all.
 */
export async function dropDiskCache(directory: string, signal: AbortSignal): Promise<number> {
  const files = await existing(directory);
  for (const file of files) {
    await runLocal("sync", ["--data", file], { cwd: directory, signal });
    await runLocal("dd", [`if=${file}`, "iflag=nocache", "count=0", "status=none"], { cwd: directory, signal });
  }
  const words = ["--bytes", "--noheadings", "--output", "RES", ...files];
  return sumOfLines(await runLocal("fincore", words, { cwd: directory, signal }));
}

async function existing(directory: string): Promise<readonly string[]> {
  const found = await Promise.all(
    diskFiles.map((file) =>
      access(join(directory, file)).then(
        () => [file],
        () => [],
      ),
    ),
  );
  return found.flat();
}

function sumOfLines(text: string): number {
  return text.split("\n").reduce((sum, line) => sum + Number(line), 0);
}
