import { join } from "node:path";
import { readSession } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderJson, renderTerminal } from "../../report/index.ts";
import { type Context, print } from "../context.ts";
import { namedSessions, newestSessions } from "../sessions.ts";
import { isColoured } from "../style.ts";

/** `distrobench report`: the comparison of named sessions, or of the newest ones of a stack, from the raw samples on disk. */
export async function report(
  context: Context,
  names: readonly string[],
  options: { readonly stack: string; readonly json?: boolean },
): Promise<void> {
  const sessions = names.length > 0 ? namedSessions(context.root, names) : newestSessions(context.root, options.stack);
  if (sessions.length === 0)
    throw new UserError(`nothing has been measured yet for the stack ${options.stack}`, {
      remedy: `Measure: ./distrobench up ${options.stack}`,
    });
  if (options.json === true) print(context, renderJson(summaries(context, sessions)));
  else await printComparison(context, sessions);
}

/** The comparison table of some sessions, for a terminal. */
export async function printComparison(context: Context, sessions: readonly string[]): Promise<void> {
  const options = { colour: isColoured(context.stdout, context.environment), width: context.stdout.columns ?? 100 };
  for (const summary of summaries(context, sessions)) print(context, renderTerminal(summary, options));
}

function summaries(context: Context, sessions: readonly string[]) {
  return sessions.map((session) => summarise(readSession(join(context.root, session))));
}
