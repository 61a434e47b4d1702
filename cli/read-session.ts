import { join } from "node:path";
import { readSession, type SessionData, undescribedSessions } from "../benchmarks/index.ts";
import { type Context, say } from "./context.ts";
import { styleOf } from "./style.ts";

export type Warn = (sentence: string) => void;

/** Says each warning once: several parts of a command come across the same damage. */
export function warner(context: Context): Warn {
  const said = new Set<string>();
  const style = styleOf(context.stderr, context.environment);
  return (sentence) => {
    if (!said.has(sentence)) say(context, style.bad(`WARNING: ${sentence}`));
    said.add(sentence);
  };
}

/**
 * A session with its directory relative to the project's root, so that nothing printed depends on where the project lies. Warns of what a kill
 * or a power cut left unreadable in it. Throws `UserError` where it can't be read.
 */
export function openSession(root: string, directory: string, warn: Warn): SessionData {
  const data = readSession(join(root, directory));
  const warnings = data.warnings.map((warning) => warning.replaceAll(`${root}/`, ""));
  for (const warning of warnings) warn(warning);
  return { ...data, directory, warnings };
}

/** Warns of sessions of a stack that hold samples and whose description is gone: they would be left out without a word. */
export function warnOfUndescribed(root: string, stack: string, warn: Warn): void {
  for (const directory of undescribedSessions(root).filter((name) => name.includes(`Z-${stack}-`)))
    warn(`${directory} is left out, though it has samples: its session.json is gone or cut off`);
}
