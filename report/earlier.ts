import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readSession, type SessionData } from "../benchmarks/index.ts";

/** Sessions that a history shows beside the current one. */
const MOST = 20;

/** Complete sessions of the same stack and benchmark that started before this one, oldest first. What can't be read is no part of it. */
export function earlierSessions(root: string, { session }: SessionData): readonly SessionData[] {
  const folder = join(root, "results");
  const part = `-${session.stack}-${session.benchmark}`;
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.includes(part)) : [];
  return names
    .flatMap((name) => readable(join(folder, name)))
    .filter(({ session: other }) => other.stack === session.stack && other.benchmark === session.benchmark)
    .filter(({ session: other }) => other.outcome === "complete" && other.startedAt < session.startedAt)
    .sort((a, b) => (a.session.startedAt < b.session.startedAt ? -1 : 1))
    .slice(-MOST);
}

function readable(directory: string): readonly SessionData[] {
  try {
    return [readSession(directory)];
  } catch {
    return [];
  }
}
