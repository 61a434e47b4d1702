import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where everything that can be made again is kept between runs (engines, plugins, lab disks, bases, images):
 * `$XDG_CACHE_HOME/distrobench`, else `~/.cache/distrobench`.
 */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(environment.HOME ?? homedir(), ".cache"), "distrobench");
}
