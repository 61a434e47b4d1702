import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Commit of this program's own sources, with `-dirty` behind it where they were changed since; `undefined` where they are no Git checkout
 * or there is no Git. It stands beside the results; what decides whether they may be compared is the instrument's digest.
 */
export async function commitOf(root: string): Promise<string | undefined> {
  // `--exclude=*` leaves out all tags: their names are not the commit.
  const words = ["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"];
  const found = await promisify(execFile)("git", words, { cwd: root, timeout: 10_000 }).catch(() => undefined);
  return found?.stdout.trim() || undefined;
}
