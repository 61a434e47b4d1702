import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../hosts/index.ts";
import { readSession } from "./reader.ts";
import { PREVIOUS_SESSION, type SessionData } from "./schema.ts";
import { resultsVersions, upgraderFrom, versionOf } from "./versions.ts";

const head = z.object({ stack: z.string(), benchmark: z.string(), startedAt: z.string(), outcome: z.string() });

/** What session.json says first, of a session that need not be readable as a whole. */
export interface FoundSession extends z.output<typeof head> {
  /** Relative to the project's root. */
  readonly directory: string;
}

/** Every session below `results/` whose description can be read, by the name of its folder. */
export function foundSessions(root: string): readonly FoundSession[] {
  return foldersOf(root).flatMap((name) => readHead(root, join("results", name)));
}

/**
 * Folders of sessions whose description is gone though they hold what was measured, relative to the project's root: nothing else finds
 * them. One without a sample was killed before there was anything to lose.
 */
export function undescribedSessions(root: string): readonly string[] {
  return foldersOf(root)
    .filter((name) => SESSION_FOLDER.test(name))
    .map((name) => join("results", name))
    .filter((directory) => readHead(root, directory).length === 0 && holdsSamples(join(root, directory)));
}

/** `<UTC time>-<stack>-<benchmark>`: others below `results/` are reports. */
const SESSION_FOLDER = /^\d{8}T\d{6}Z-/;

function foldersOf(root: string): readonly string[] {
  const folder = join(root, "results");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function holdsSamples(directory: string): boolean {
  const samples = join(directory, "samples.jsonl");
  return existsSync(samples) && statSync(samples).size > 0;
}

/**
 * Complete sessions of the same stack and benchmark that started before this one, newest first, read one by one as they are asked for.
 * Damaged ones are no part of it: `leaveOut` is told of each, in a sentence.
 */
export function* sessionsBefore(
  root: string,
  { session }: SessionData,
  leaveOut: LeaveOut = () => undefined,
): Generator<SessionData> {
  const earlier = foundSessions(root)
    .filter(({ stack, benchmark }) => stack === session.stack && benchmark === session.benchmark)
    .filter(({ outcome, startedAt }) => outcome === "complete" && startedAt < session.startedAt)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  for (const { directory } of earlier) yield* readable(root, directory, leaveOut);
}

export type LeaveOut = (sentence: string) => void;

/** From session.json, or where that was cut off from the one before, as `readSession` does. */
function readHead(root: string, directory: string): readonly FoundSession[] {
  for (const name of ["session.json", PREVIOUS_SESSION]) {
    const found = headIn(join(root, directory, name));
    if (found !== undefined) return [{ ...found, directory }];
  }
  return [];
}

function headIn(file: string): z.output<typeof head> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    // What a newer distrobench wrote is found as well: whoever reads it is told so.
    const upgrade = upgraderFrom(versionOf(content), resultsVersions);
    return head.parse(upgrade?.("session", content) ?? content);
  } catch {
    return undefined;
  }
}

/** Nothing where an old session is damaged: it neither stops a verdict nor can be a baseline. */
function readable(root: string, directory: string, leaveOut: LeaveOut): readonly SessionData[] {
  try {
    return [readSession(join(root, directory))];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    leaveOut(`${directory} is left out of what was measured before: ${error.message.replaceAll(`${root}/`, "")}`);
    return [];
  }
}
