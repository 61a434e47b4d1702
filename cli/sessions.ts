import { existsSync } from "node:fs";
import { join } from "node:path";
import { type FoundSession, foundSessions } from "../benchmarks/index.ts";
import { UserError } from "../hosts/index.ts";
import { benchmarkNames, didYouMean, stackNames } from "../stacks/index.ts";
import { commandFor } from "./hints.ts";

/**
 * The newest session of every benchmark of a stack, as directories relative to the root, also one that has not ended. What its matrix no
 * longer measures is no part of it, while there is a matrix: nothing would ever measure that again.
 */
export function newestSessions(root: string, stack: string): string[] {
  const newest = new Map<string, FoundSession>();
  const measured = benchmarkNames(root, stack);
  const isCurrent = ({ benchmark }: FoundSession) => measured === undefined || measured.includes(benchmark);
  for (const session of foundSessions(root).filter((found) => found.stack === stack && isCurrent(found))) {
    const known = newest.get(session.benchmark);
    if (known === undefined || known.startedAt < session.startedAt) newest.set(session.benchmark, session);
  }
  return [...newest.values()].map(({ directory }) => directory).sort();
}

/** For a stack that has no session; a name that is no stack's is probably misspelt. */
export function nothingMeasured(root: string, stack: string): UserError {
  const known = stackNames(root);
  const remedy = `Measure: ${commandFor("up", stack)}`;
  if (known.includes(stack)) return new UserError(`nothing has been measured yet for the stack ${stack}`, { remedy });
  return new UserError(`there is no stack ${stack}, and no session of one${didYouMean(stack, known)}`, {
    remedy: `Stacks here: ${known.join(", ")}`,
  });
}

/** Sessions for which `wanted` holds, newest first, as directories relative to the root. */
export function sessionsWhere(root: string, wanted: (session: Omit<FoundSession, "directory">) => boolean): string[] {
  return foundSessions(root)
    .filter(wanted)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    .map(({ directory }) => directory);
}

/** Whether a name is that of a session below `results/`. */
export function isSession(root: string, name: string): boolean {
  return existsSync(join(root, "results", shortName(name), "session.json"));
}

/** Directories of sessions named by the user: a name below `results/` or a path. Throws `UserError`. */
export function namedSessions(root: string, names: readonly string[]): string[] {
  return names.map((name) => {
    const short = shortName(name);
    if (isSession(root, name)) return join("results", short);
    if (existsSync(join(root, "results", short, "samples.jsonl"))) throw noDescription(short);
    const known = foundSessions(root).map(({ directory }) => directory.replace(/^results\//, ""));
    throw new UserError(`there is no session ${name}${didYouMean(short, known)}`, {
      remedy: known.length === 0 ? "Nothing has been measured yet: ./distrobench up" : `Sessions: ${known.slice(-10).join(", ")}`,
    });
  });
}

/** A run that was killed in its first moment leaves the folder and nothing in it. */
function noDescription(name: string): UserError {
  return new UserError(`results/${name} is no session: it has no session.json`, {
    remedy:
      "A run that is killed before its first sample leaves such a folder. Put session.json back if there was one; else measure again.",
  });
}

function shortName(name: string): string {
  return name.replace(/\/+$/, "").replace(/^(\.\/)?results\//, "");
}
