import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** 2025-01-01: files newer than this get this time, so that equal packages make equal disks. */
export const EPOCH = 1_735_689_600;

/** Folders with what goes into a guest: one for systemd, one for GRUB beside it, one for OpenRC, which takes the seed script of the first. */
export const GUEST = join(import.meta.dirname, "guest");
export const GUEST_GRUB = join(import.meta.dirname, "guest-grub");
export const GUEST_OPENRC = join(import.meta.dirname, "guest-openrc");

/** sha256 by name of the files in folders. */
export async function fileDigests(...folders: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all(folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))));
  const pairs = lists
    .flat()
    .sort()
    .map(async (path) => {
      const digest = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
      return [path.split("/").at(-1) ?? path, digest] as const;
    });
  return Object.fromEntries(await Promise.all(pairs));
}
