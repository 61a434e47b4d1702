import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../hosts/index.ts";
import { suggest } from "../stacks/index.ts";

const head = z.object({ stack: z.string(), benchmark: z.string(), startedAt: z.string(), outcome: z.string() });

interface Found extends z.output<typeof head> {
  /** Relative to the project's root. */
  readonly directory: string;
}

/** The newest session of every benchmark of a stack that has samples to show, as directories relative to the root. */
export function newestSessions(root: string, stack: string): string[] {
  const newest = new Map<string, Found>();
  for (const session of sessionsBelow(root).filter((found) => found.stack === stack)) {
    const known = newest.get(session.benchmark);
    if (known === undefined || known.startedAt < session.startedAt) newest.set(session.benchmark, session);
  }
  return [...newest.values()].map(({ directory }) => directory).sort();
}

/** Directories of sessions named by the user: a name below `results/` or a path. Throws `UserError`. */
export function namedSessions(root: string, names: readonly string[]): string[] {
  return names.map((name) => {
    const short = name.replace(/\/+$/, "").replace(/^(\.\/)?results\//, "");
    if (existsSync(join(root, "results", short, "session.json"))) return join("results", short);
    const known = sessionsBelow(root).map(({ directory }) => directory.replace(/^results\//, ""));
    const near = suggest(short, known);
    throw new UserError(`there is no session ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
      remedy: known.length === 0 ? "Nothing has been measured yet: ./distrobench up" : `Sessions: ${known.slice(-10).join(", ")}`,
    });
  });
}

function sessionsBelow(root: string): Found[] {
  const folder = join(root, "results");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readHead(join(folder, name, "session.json"), join("results", name)));
}

function readHead(file: string, directory: string): Found[] {
  if (!existsSync(file)) return [];
  try {
    return [{ ...head.parse(JSON.parse(readFileSync(file, "utf8"))), directory }];
  } catch {
    return [];
  }
}
