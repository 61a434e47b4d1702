import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../benchmarks/index.ts";
import { UserError } from "../hosts/index.ts";
import { type Lock, lockSchema } from "./lock-schema.ts";

/** The lock file that a run takes versions from instead of the stack's own, or `none`; set by the command line, read by the program. */
export const LOCK_VARIABLE = "DISTROBENCH_LOCK";
/** Set where versions that can't be had any more are no failure: a reproduction names them instead. */
export const LENIENT_VARIABLE = "DISTROBENCH_LOCK_LENIENT";

export function lockFile(root: string, stack: string): string {
  return join(root, "stacks", `${stack}.lock.json`);
}

/** Throws `UserError` for a file that is no lock file. */
export function readLock(file: string): Lock {
  if (!existsSync(file)) throw new UserError(`${file} does not exist`, { remedy: "make one: ./distrobench lock <stack>" });
  const result = lockSchema.safeParse(parse(file));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${file} is no lock file: ${issue?.path.join(".")}: ${issue?.message}`, {
    remedy: "make it again: ./distrobench lock <stack>, or ./distrobench up <stack> --update-lock",
  });
}

/** Writes a lock file as a whole or not at all. Throws the file system's own error. */
export function saveLock(file: string, lock: Lock): void {
  replaceFile(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}

/** What a run takes versions from: the stack's own lock file where there is one, unless the environment says otherwise. */
export function lockInUse(root: string, stack: string, environment: Readonly<Record<string, string | undefined>>) {
  const own = lockFile(root, stack);
  const file = environment[LOCK_VARIABLE] ?? (existsSync(own) ? own : "none");
  return file === "none" ? undefined : { lock: readLock(file), lenient: environment[LENIENT_VARIABLE] === "1" };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new UserError(`${file} is not JSON`, { remedy: "take it from version control again", cause });
  }
}
