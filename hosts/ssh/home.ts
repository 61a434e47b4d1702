import { homedir } from "node:os";
import { join } from "node:path";

/** `~` and `~/x` in a path of the controller. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
