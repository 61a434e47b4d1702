import { join } from "node:path";
import { pastSessions } from "../../benchmarks/gate/index.ts";
import { readSession, type SessionData } from "../../benchmarks/index.ts";
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
import { namedSessions, newestSessions, nothingMeasured, sessionsWhere } from "../sessions.ts";
import { isColoured } from "../style.ts";

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
  const sessions = chosen(context.root, names, options.stack, format);
  if (sessions.length === 0) throw nothingMeasured(context.root, options.stack);
  if (format === undefined) await printComparison(context, sessions);
  else print(context, formats[format](sessions.map((session) => readFor(format, context.root, session))));
}

/** No terminal, or one that does not tell how wide it is: then it says 0. */
const UNKNOWN_WIDTH = 100;

/** The comparison table of some sessions, for a terminal. */
export async function printComparison(context: Context, sessions: readonly string[]): Promise<void> {
  const options = { colour: isColoured(context.stdout, context.environment), width: context.stdout.columns || UNKNOWN_WIDTH };
  for (const session of sessions) print(context, renderTerminal(withTrends(readWithPast(context.root, session)), options));
}

/** Change points are looked for in a history, so that format takes all sessions of the stack's one benchmark. */
function chosen(root: string, names: readonly string[], stack: string, format: ReportFormat | undefined): readonly string[] {
  if (names.length > 0) return namedSessions(root, names);
  const newest = newestSessions(root, stack);
  if (format !== "otava") return newest;
  if (newest.length > 1)
    throw new UserError(`${stack} has ${newest.length} benchmarks, and a history is of one`, {
      remedy: `Name the sessions: ./distrobench report --format otava ${newest[0]?.replace(/^results\//, "")} ...`,
    });
  const benchmarks = newest.map((directory) => read(root, directory).session.benchmark);
  return sessionsWhere(
    root,
    (session) => session.stack === stack && benchmarks.includes(session.benchmark) && session.outcome === "complete",
  );
}

function readFor(format: ReportFormat, root: string, directory: string): ReportSession {
  return looksBack.includes(format) ? readWithPast(root, directory) : read(root, directory);
}

function readWithPast(root: string, directory: string): ReportSession {
  const data = read(root, directory);
  return { ...data, earlier: pastSessions(root, data) };
}

/** With its directory relative to the project's root, so that nothing printed depends on where the project lies. */
function read(root: string, directory: string): SessionData {
  const data = readSession(join(root, directory));
  return { ...data, directory, warnings: data.warnings.map((warning) => warning.replaceAll(`${root}/`, "")) };
}
