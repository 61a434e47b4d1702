import { readFile, rm } from "node:fs/promises";
import { UserError } from "../../errors.ts";

/**
 * Removes a directory, if there is one. Refuses with `UserError` while something is mounted below it: a killed build may have the
 * controller's own /dev there.
 */
export async function removeTree(directory: string): Promise<void> {
  const mounted = mountsBelow(directory, await readFile("/proc/self/mountinfo", "utf8"));
  if (mounted.length > 0)
    throw new UserError(`${directory} can't be removed, these are mounted in it: ${mounted.join(", ")}`, {
      remedy: `umount ${mounted.join(" ")}`,
    });
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

/** Mount points below a directory, from the text of /proc/self/mountinfo (field 5, octal escapes). */
export function mountsBelow(directory: string, mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
    .filter((point) => point.startsWith(`${directory}/`));
}
