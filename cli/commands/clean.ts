import { rm } from "node:fs/promises";
import { bytesText, UserError } from "../../hosts/index.ts";
import { cacheFolders, folderBytes, mountsIn } from "../caches.ts";
import { type Context, say } from "../context.ts";
import { stacksAtWork } from "../heal.ts";
import { labFolders } from "../lab-machines.ts";
import { table } from "../style.ts";

/** `distrobench clean`: removes what can be made again. Throws `UserError` while lab machines stand on the cached disks, and while a run uses them. */
export async function clean(context: Context): Promise<void> {
  const machines = labFolders(context.root);
  if (machines.length > 0)
    throw new UserError(
      `lab machines stand on the cached disks: ${machines.map(({ stack, name }) => `${name} of ${stack}`).join(", ")}`,
      {
        remedy: "Remove them first: ./distrobench destroy <stack>",
      },
    );
  const [working] = stacksAtWork(context.root);
  if (working !== undefined)
    throw new UserError(`a run works on the stack ${working.stack} (process ${working.pid}), with what is in the caches`, {
      remedy: "Wait until it has ended.",
    });
  const folders = cacheFolders(context.root, context.environment);
  const [busy] = folders.flatMap(({ path }) => mountsIn(path));
  if (busy !== undefined)
    throw new UserError(`a file system is being made in the cache: ${busy} is mounted`, {
      remedy: "Wait until the other run has ended; after a crash: sudo umount that folder.",
    });
  const rows: string[][] = [];
  for (const { name, path } of folders) {
    const size = await folderBytes(path);
    await rm(path, { recursive: true, force: true });
    rows.push([name, bytesText(size), path]);
  }
  say(context, `Removed:\n${table(rows, [1])}\nResults, state and settings are as they were.`);
}
