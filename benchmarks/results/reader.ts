import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { UserError } from "../../hosts/index.ts";
import { withoutCutBlocks } from "./cut-blocks.ts";
import {
  type Environment,
  environmentSchema,
  RESULTS_VERSION,
  type SampleSeries,
  type Session,
  type SessionData,
  sampleSchema,
  seriesSchema,
  sessionSchema,
} from "./schema.ts";

/**
 * Reads a whole session. A last line that was cut off (the machine died while writing) is a warning; anything else that does not fit
 * is a `UserError` that names file and line.
 */
export function readSession(directory: string): SessionData {
  const session = readSessionFile(join(directory, "session.json"));
  const { entries: samples, warnings } = readLines(join(directory, "samples.jsonl"), sampleSchema);
  return {
    directory,
    session,
    samples: withoutCutBlocks(session, samples),
    environments: readEnvironments(join(directory, "environment")),
    warnings,
  };
}

/** What was seen inside each sample, by its sequence; empty for a session that stored none. Throws `UserError` as `readSession` does. */
export function readSeries(directory: string): ReadonlyMap<number, SampleSeries["series"]> {
  const path = join(directory, "series.jsonl");
  if (!existsSync(path)) return new Map();
  const { entries } = readLines(path, seriesSchema);
  return new Map(entries.map(({ sequence, series }) => [sequence, series]));
}

function readSessionFile(path: string): Session {
  const content = parse(path, read(path));
  const version = typeof content === "object" && content !== null && "version" in content ? content.version : undefined;
  if (version !== RESULTS_VERSION) {
    throw new UserError(`${path}: results of version ${String(version)}; this distrobench reads version ${RESULTS_VERSION}`, {
      remedy: "use the distrobench that wrote them, or measure again",
    });
  }
  return check(path, sessionSchema, content);
}

function readLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): { readonly entries: readonly z.output<Schema>[]; readonly warnings: readonly string[] } {
  const lines = read(path).split("\n");
  // Every whole line ends with a line feed, so what follows the last one is a cut line or nothing.
  const cut = lines.pop() ?? "";
  const entries = lines.map((line, index) => check(`${path}:${index + 1}`, schema, parse(`${path}:${index + 1}`, line)));
  return { entries, warnings: cut === "" ? [] : [`${path}:${lines.length + 1}: the last line was cut off and is left out`] };
}

function readEnvironments(directory: string): readonly Environment[] {
  const files = list(directory).filter((name) => name.endsWith(".json"));
  return files.sort().map((name) => {
    const path = join(directory, name);
    return check(path, environmentSchema, parse(path, read(path)));
  });
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
    throw new UserError(`${path} cannot be read`, { cause, remedy: "is this the directory of a session?" });
  }
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
