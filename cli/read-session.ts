import { join } from "node:path";
import { readSession, type SessionData, undescribedSessions } from "../benchmarks/index.ts";
import { type Context, say } from "./context.ts";
import { styleOf } from "./style.ts";

/** Where sessions are read from, and who hears what of them could not be. */
export interface SessionSource {
  readonly root: string;
  readonly warn: (sentence: string) => void;
}

/** The project's sessions. Says each warning once: several parts of a command come across the same damage. */
export function sessionSource(context: Context): SessionSource {
  const said = new Set<string>();
  const style = styleOf(context.stderr, context.environment);
  const warn = (sentence: string) => {
    if (!said.has(sentence)) say(context, style.bad(`WARNING: ${sentence}`));
    said.add(sentence);
  };
  return { root: context.root, warn };
}

/**
 * A session with its directory relative to the project's root, so that nothing printed depends on where the project lies. Warns of what a kill
 * or a power cut left unreadable in it. Throws `UserError` where it can't be read.
 */
export function openSession({ root, warn }: SessionSource, directory: string): SessionData {
  const data = readSession(join(root, directory));
  const warnings = data.warnings.map((warning) => warning.replaceAll(`${root}/`, ""));
  for (const warning of warnings) warn(warning);
  return { ...data, directory, warnings };
}

/** Warns of sessions of a stack that hold samples and whose description is gone: they would be left out without a word. */
export function warnOfUndescribed({ root, warn }: SessionSource, stack: string): void {
  for (const directory of undescribedSessions(root).filter((name) => name.includes(`Z-${stack}-`)))
    warn(`${directory} is left out, though it has samples: its session.json is gone or cut off`);
}
