import { pastSessions } from "../../benchmarks/gate/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { UserError } from "../../hosts/index.ts";
import {
  type ReportSession,
  renderBencher,
  renderJson,
  renderMarkdown,
  renderOtava,
  renderPullRequest,
  renderSamplesCsv,
  renderSummaryCsv,
  renderTerminal,
  withTrends,
} from "../../report/index.ts";
import { type Context, print } from "../context.ts";
import { openSession, type SessionSource, sessionSource, warnOfUndescribed } from "../read-session.ts";
import { namedSessions, newestSessions, nothingMeasured, sessionsWhere } from "../sessions.ts";
import { terminalOptions } from "../style.ts";

/** What `--format` may be, and what it makes of sessions. */
const formats = {
  json: (sessions) => renderJson(sessions.map(withTrends)),
  markdown: (sessions) => renderMarkdown(sessions, { title: "distrobench", directory: "." }),
  "pull-request": (sessions) => renderPullRequest(sessions, { title: "distrobench" }),
  csv: renderSamplesCsv,
  "csv-summary": (sessions) => renderSummaryCsv(sessions.map(summarise)),
  bencher: (sessions) => renderBencher(sessions.map(summarise)),
  otava: renderOtava,
} as const satisfies Record<string, (sessions: readonly ReportSession[]) => string>;

export type ReportFormat = keyof typeof formats;
/** Those with decisions or changes of level, which rest on earlier sessions, too. */
const looksBack: readonly ReportFormat[] = ["json", "markdown", "pull-request"];
export const reportFormats = Object.keys(formats);

export interface ReportOptions {
  readonly stack: string;
  readonly json?: boolean;
  readonly format?: ReportFormat;
}

/** `distrobench report`: the comparison of named sessions, or of the newest ones of a stack, from the raw samples on disk. */
export async function report(context: Context, names: readonly string[], options: ReportOptions): Promise<void> {
  const format = options.json === true ? "json" : options.format;
  const source = sessionSource(context);
  if (names.length === 0) warnOfUndescribed(source, options.stack);
  const sessions = chosen(source, names, options.stack, format);
  if (sessions.length === 0) throw nothingMeasured(source.root, options.stack);
  if (format === undefined) printSessions(context, source, sessions);
  else print(context, formats[format](sessions.map((session) => readFor(format, source, session))));
}

/** The comparison table of some sessions, for a terminal. */
export function printComparison(context: Context, sessions: readonly string[]): void {
  printSessions(context, sessionSource(context), sessions);
}

function printSessions(context: Context, source: SessionSource, sessions: readonly string[]): void {
  const options = terminalOptions(context.stdout, context.environment);
  for (const [index, session] of sessions.entries()) {
    const text = renderTerminal(withTrends(readWithPast(source, session)), options);
    print(context, index === 0 ? text : `\n${text}`);
  }
}

/** Change points are looked for in a history, so that format takes all sessions of the stack's one benchmark. */
function chosen(
  source: SessionSource,
  names: readonly string[],
  stack: string,
  format: ReportFormat | undefined,
): readonly string[] {
  const { root } = source;
  if (names.length > 0) return namedSessions(root, names);
  const newest = newestSessions(root, stack);
  if (format !== "otava") return newest;
  if (newest.length > 1)
    throw new UserError(`${stack} has ${newest.length} benchmarks, and a history is of one`, {
      remedy: `Name the sessions: ./distrobench report --format otava ${newest[0]?.replace(/^results\//, "")} ...`,
    });
  const benchmarks = newest.map((directory) => openSession(source, directory).session.benchmark);
  return sessionsWhere(
    root,
    (session) => session.stack === stack && benchmarks.includes(session.benchmark) && session.outcome === "complete",
  );
}

function readFor(format: ReportFormat, source: SessionSource, directory: string): ReportSession {
  return looksBack.includes(format) ? readWithPast(source, directory) : openSession(source, directory);
}

function readWithPast(source: SessionSource, directory: string): ReportSession {
  const data = openSession(source, directory);
  return { ...data, earlier: pastSessions(source.root, data, source.warn) };
}
