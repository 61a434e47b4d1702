import { readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** A file travels inside the stack's state. */
const LARGEST_BYTES = 1024 * 1024;

/** What is wrong with the source of a file in a matrix, if anything is. */
export function sourceProblem(root: string, source: string): string | undefined {
  if (relative(root, resolve(root, source)).startsWith("..")) return `${source} lies outside the project`;
  const found = statSync(join(root, source), { throwIfNoEntry: false });
  if (found === undefined) return `${source} does not exist below the project's folder`;
  if (!found.isFile()) return `${source} is no regular file`;
  return found.size > LARGEST_BYTES ? `${source} has ${found.size} bytes; expected at most ${LARGEST_BYTES}` : undefined;
}

export function readSource(root: string, source: string): Buffer {
  return readFileSync(join(root, source));
}
