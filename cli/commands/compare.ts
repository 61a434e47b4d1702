import { join } from "node:path";
import { type ComparisonResult, compareSessions, compareVariants } from "../../benchmarks/gate/index.ts";
import { readSession, type SessionData } from "../../benchmarks/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderComparisonJson, renderComparisonTerminal } from "../../report/index.ts";
import { didYouMean } from "../../stacks/index.ts";
import { type Context, print } from "../context.ts";
import { isSession, namedSessions, newestSessions } from "../sessions.ts";
import { isColoured } from "../style.ts";

export interface CompareOptions {
  readonly stack: string;
  readonly session?: string;
  readonly json?: boolean;
}

/** `distrobench compare`: two sessions, or two variants of one session. Says what differs, never a verdict on incomparable environments. */
export async function compare(context: Context, a: string, b: string, options: CompareOptions): Promise<void> {
  if (a === b) throw new UserError(`${a} is the same as ${b}`, { remedy: "Name two sessions, or two variants of one session." });
  const both = isSession(context.root, a) && isSession(context.root, b);
  const results = both ? [betweenSessions(context.root, a, b)] : betweenVariants(context.root, a, b, options);
  const colour = isColoured(context.stdout, context.environment);
  if (options.json === true) print(context, renderComparisonJson(results));
  else print(context, results.map((result) => renderComparisonTerminal(result, { colour })).join("\n"));
}

function betweenSessions(root: string, a: string, b: string): ComparisonResult {
  const [first, second] = read(root, namedSessions(root, [a, b]));
  if (first === undefined || second === undefined) throw new UserError(`${a} and ${b} cannot be read`);
  const result = compareSessions(first, second);
  if (result.rows.length > 0) return result;
  throw new UserError(`${a} and ${b} have no variant and metric in common`, {
    remedy: `They measured ${first.session.benchmark} and ${second.session.benchmark}.`,
  });
}

function betweenVariants(root: string, a: string, b: string, { session, stack }: CompareOptions): readonly ComparisonResult[] {
  const sessions = read(root, session === undefined ? newestSessions(root, stack) : namedSessions(root, [session]));
  const holding = sessions.filter((data) => [a, b].every((name) => idsOf(data).includes(name)));
  if (holding.length > 0) return holding.map((data) => compareVariants(data, a, b));
  const known = [...new Set(sessions.flatMap(idsOf))];
  const wrong = [a, b].find((name) => !known.includes(name)) ?? a;
  const where = session ?? `the newest sessions of the stack ${stack}`;
  throw new UserError(`${wrong} is neither a session nor a variant of ${where}${didYouMean(wrong, known)}`, {
    remedy: known.length === 0 ? `Nothing has been measured yet: ./distrobench up ${stack}` : `Variants: ${known.join(", ")}`,
  });
}

function idsOf({ session }: SessionData): readonly string[] {
  return session.variants.map(({ id }) => id);
}

function read(root: string, directories: readonly string[]): readonly SessionData[] {
  return directories.map((directory) => readSession(join(root, directory)));
}
