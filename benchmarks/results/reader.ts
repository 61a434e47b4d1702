import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { UserError } from "../../hosts/index.ts";
import { withoutCutBlocks } from "./cut-blocks.ts";
import { fileLines, type Line } from "./file-lines.ts";
import {
  type Environment,
  environmentSchema,
  PREVIOUS_SESSION,
  type SampleSeries,
  type SessionData,
  sampleSchema,
  seriesSchema,
  sessionSchema,
} from "./schema.ts";
import { resultsVersions, type Upgrader, unreadable, upgraderFrom, type Versions, versionOf } from "./versions.ts";

/**
 * Reads a whole session. What a machine that died while writing leaves is a warning: a last line or a file that was cut off. Of
 * session.json the one before is then read; a host whose environment is damaged is left out of `environments` and named in `unknownHosts`.
 * Anything else that does not fit is a `UserError` that names file and line. Earlier versions are read as if they were written today.
 */
export function readSession(directory: string, versions = resultsVersions): SessionData {
  const { content, path, ...described } = readDescription(directory);
  const version = versionOf(content);
  const upgrade = upgraderOf(path, version, versions);
  const session = check(path, sessionSchema, upgrade("session", content));
  const samples = readLines(join(directory, "samples.jsonl"), sampleSchema, (line) => upgrade("sample", line));
  const { environments, unknownHosts, warnings } = readEnvironments(join(directory, "environment"), upgrade);
  return {
    ...{ directory, session, environments, unknownHosts },
    ...(version === versions.current ? {} : { writtenVersion: Number(version) }),
    samples: withoutCutBlocks(session, samples.entries),
    warnings: [...described.warnings, ...samples.warnings, ...warnings],
  };
}

/** What was seen inside each sample, by its sequence; empty for a session that stored none. Throws `UserError` as `readSession` does. */
export function readSeries(
  directory: string,
  versions = resultsVersions,
): {
  readonly series: ReadonlyMap<number, SampleSeries["series"]>;
  readonly warnings: readonly string[];
} {
  const file = join(directory, "series.jsonl");
  if (!existsSync(file)) return { series: new Map(), warnings: [] };
  const { content, path } = readDescription(directory);
  const upgrade = upgraderOf(path, versionOf(content), versions);
  const { entries, warnings } = readLines(file, seriesSchema, (line) => upgrade("series", line));
  return { series: new Map(entries.map(({ sequence, series }) => [sequence, series])), warnings };
}

/** session.json, or where it was cut off the one that was written before it. */
function readDescription(directory: string): {
  readonly content: unknown;
  readonly path: string;
  readonly warnings: readonly string[];
} {
  const path = join(directory, "session.json");
  const previous = join(directory, PREVIOUS_SESSION);
  if (isWhole(path) || !existsSync(previous)) return { content: parse(path, read(path)), path, warnings: [] };
  return {
    content: parse(previous, read(previous)),
    path: previous,
    warnings: [`${path} is cut off; ${PREVIOUS_SESSION}, written before it, was read`],
  };
}

/** Whether a file holds any JSON value; one that can't be read at all is for its reader to complain about. */
function isWhole(path: string): boolean {
  const text = read(path);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function upgraderOf(path: string, version: unknown, versions: Versions): Upgrader {
  const upgrade = upgraderFrom(version, versions);
  if (upgrade === undefined) throw unreadable(path, version, versions);
  return upgrade;
}

function readLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  upgrade: (content: unknown) => unknown,
): { readonly entries: readonly z.output<Schema>[]; readonly warnings: readonly string[] } {
  const entries: z.output<Schema>[] = [];
  for (const { text, whole } of linesOf(path)) {
    const where = `${path}:${entries.length + 1}`;
    if (!whole) return { entries, warnings: [`${where}: the last line was cut off and is left out`] };
    entries.push(check(where, schema, upgrade(parse(where, text))));
  }
  return { entries, warnings: [] };
}

function readEnvironments(
  directory: string,
  upgrade: Upgrader,
): {
  readonly environments: readonly Environment[];
  readonly unknownHosts: readonly string[];
  readonly warnings: readonly string[];
} {
  const files = list(directory).filter((name) => name.endsWith(".json"));
  const [whole, cut] = [true, false].map((wanted) => files.filter((name) => isWhole(join(directory, name)) === wanted));
  const environments = (whole ?? []).sort().map((name) => {
    const path = join(directory, name);
    return check(path, environmentSchema, upgrade("environment", parse(path, read(path))));
  });
  const warnings = (cut ?? []).map((name) => `${join(directory, name)} is cut off: nothing is known of this host`);
  return { environments, unknownHosts: (cut ?? []).map((name) => name.slice(0, -".json".length)), warnings };
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}

/** One at a time: a file of every request of a long session has more characters than a string may. */
function* linesOf(path: string): Generator<Line> {
  try {
    yield* fileLines(path);
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}

function unreadableFile(path: string, cause: unknown): UserError {
  return new UserError(`${path} cannot be read`, { cause, remedy: "is this the directory of a session?" });
}

function parse(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where}: not JSON`, { cause });
  }
}

function check<Schema extends z.ZodType>(where: string, schema: Schema, content: unknown): z.output<Schema> {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${where}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "does not fit"}`);
}
