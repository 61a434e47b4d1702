import { UserError } from "./errors.ts";

/** What a refusal of the operating system means for files of this machine, and the remedy. */
const MEANINGS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EACCES: ["this user may not write or read it", "run as its owner, or give this user access"],
  EPERM: ["this user may not do that", "run as its owner, or as root"],
  EROFS: ["its file system is read-only", "use a copy of the project, or an XDG_CACHE_HOME, that can be written"],
  ENOSPC: ["no space is left", "free some space (./distrobench clean removes caches), or point XDG_CACHE_HOME to another disk"],
  EDQUOT: [
    "the quota is used up",
    "free some space (./distrobench clean removes caches), or point XDG_CACHE_HOME to another disk",
  ],
};

/** An error of the file system of this machine as what it is: bad luck outside, with its path. Any other is returned as it came. */
export function explainSystemError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  const meaning = MEANINGS[String(error.code)];
  if (meaning === undefined) return error;
  const path = "path" in error ? String(error.path) : String(error.syscall);
  return new UserError(`${path}: ${meaning[0]} (${String(error.code)})`, { remedy: meaning[1], cause: error });
}
