import { readdirSync } from "node:fs";

/** Names in a folder of /proc, /sys or /dev; none where this kernel does not have it. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Ids of all processes that are there now, as /proc names them. */
export function processIds(): readonly string[] {
  return namesIn("/proc").filter((name) => /^\d+$/.test(name));
}
