import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../hosts/index.ts";
import { readSession } from "./reader.ts";
import type { SessionData } from "./schema.ts";
import { resultsVersions, upgraderFrom, versionOf } from "./versions.ts";

const head = z.object({ stack: z.string(), benchmark: z.string(), startedAt: z.string(), outcome: z.string() });

/** What session.json says first, of a session that need not be readable as a whole. */
export interface FoundSession extends z.output<typeof head> {
  /** Relative to the project's root. */
  readonly directory: string;
}

/** Every session below `results/` whose description can be read, by the name of its folder. */
export function foundSessions(root: string): readonly FoundSession[] {
  const folder = join(root, "results");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readHead(join(folder, name, "session.json"), join("results", name)));
}

/**
 * Complete sessions of the same stack and benchmark that started before this one, newest first, read one by one as they are asked for.
 * Damaged ones are no part of it.
 */
export function* sessionsBefore(root: string, { session }: SessionData): Generator<SessionData> {
  const earlier = foundSessions(root)
    .filter(({ stack, benchmark }) => stack === session.stack && benchmark === session.benchmark)
    .filter(({ outcome, startedAt }) => outcome === "complete" && startedAt < session.startedAt)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  for (const { directory } of earlier) yield* readable(join(root, directory));
}

function readHead(file: string, directory: string): readonly FoundSession[] {
  if (!existsSync(file)) return [];
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    // What a newer distrobench wrote is found as well: whoever reads it is told so.
    const upgrade = upgraderFrom(versionOf(content), resultsVersions);
    return [{ ...head.parse(upgrade?.("session", content) ?? content), directory }];
  } catch {
    return [];
  }
}

/** Nothing where an old session is damaged: it neither stops a verdict nor can be a baseline. */
function readable(directory: string): readonly SessionData[] {
  try {
    return [readSession(directory)];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
