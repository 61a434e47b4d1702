import { type ComparisonResult, compareSessions, compareVariants } from "../../benchmarks/gate/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderComparisonJson, renderComparisonTerminal } from "../../report/index.ts";
import { didYouMean } from "../../stacks/index.ts";
import { type Context, print } from "../context.ts";
import { commandFor } from "../hints.ts";
import { openSession, sessionSource } from "../read-session.ts";
import { isSession, namedSessions, newestSessions } from "../sessions.ts";
import { terminalOptions } from "../style.ts";

export interface CompareOptions {
  readonly stack: string;
  readonly session?: string;
  readonly json?: boolean;
}

/** `distrobench compare`: two sessions, or two variants of one session. Says what differs, never a verdict on incomparable environments. */
export async function compare(context: Context, a: string, b: string, options: CompareOptions): Promise<void> {
  if (a === b) throw new UserError(`${a} is the same as ${b}`, { remedy: "Name two sessions, or two variants of one session." });
  const both = isSession(context.root, a) && isSession(context.root, b);
  const results = both ? [betweenSessions(context, a, b)] : betweenVariants(context, a, b, options);
  const terminal = terminalOptions(context.stdout, context.environment);
  if (options.json === true) print(context, renderComparisonJson(results));
  else print(context, results.map((result) => renderComparisonTerminal(result, terminal)).join("\n"));
}

function betweenSessions(context: Context, a: string, b: string): ComparisonResult {
  const [first, second] = read(context, namedSessions(context.root, [a, b]));
  if (first === undefined || second === undefined) throw new UserError(`${a} and ${b} cannot be read`);
  const result = compareSessions(first, second);
  if (result.rows.length > 0) return result;
  throw new UserError(`${a} and ${b} have no variant and metric in common`, {
    remedy: `They measured ${first.session.benchmark} and ${second.session.benchmark}.`,
  });
}

function betweenVariants(
  context: Context,
  a: string,
  b: string,
  { session, stack }: CompareOptions,
): readonly ComparisonResult[] {
  const { root } = context;
  const sessions = read(context, session === undefined ? newestSessions(root, stack) : namedSessions(root, [session]));
  const holding = sessions.filter((data) => [a, b].every((name) => idsOf(data).includes(name)));
  if (holding.length > 0) return holding.map((data) => compareVariants(data, a, b));
  const known = [...new Set(sessions.flatMap(idsOf))];
  const wrong = [a, b].find((name) => !(known.includes(name) || isSession(root, name)));
  if (wrong === undefined)
    throw new UserError(`${a} and ${b} are neither two sessions nor two variants of one session`, {
      remedy: "Name two sessions, or two variants and with --session the session that measured both.",
    });
  const where = session ?? `the newest sessions of the stack ${stack}`;
  throw new UserError(`${wrong} is neither a session nor a variant of ${where}${didYouMean(wrong, known)}`, {
    remedy: known.length === 0 ? `Nothing has been measured yet: ${commandFor("up", stack)}` : `Variants: ${known.join(", ")}`,
  });
}

function idsOf({ session }: SessionData): readonly string[] {
  return session.variants.map(({ id }) => id);
}

function read(context: Context, directories: readonly string[]): readonly SessionData[] {
  const source = sessionSource(context);
  return directories.map((directory) => openSession(source, directory));
}
