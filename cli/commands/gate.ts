import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type BaselineChoice,
  chooseBaseline,
  exitCodes,
  type GateMode,
  type GateResult,
  type GateVerdict,
  gate,
  historyOf,
  namedBaseline,
  pastSessions,
  worstOf,
} from "../../benchmarks/gate/index.ts";
import { type SessionData, sessionsBefore } from "../../benchmarks/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderGateJson, renderGateJunit, renderGateMarkdown, renderGateTerminal } from "../../report/index.ts";
import { benchmarkNames, type GateSettings, gateSettings } from "../../stacks/index.ts";
import { type Context, Exit, print, say } from "../context.ts";
import { openSession, type SessionSource, sessionSource, warnOfUndescribed } from "../read-session.ts";
import { isSession, namedSessions, newestSessions, nothingMeasured } from "../sessions.ts";
import { styleOf, terminalOptions } from "../style.ts";

export interface GateOptions {
  /** A session, or a variant of the session that is judged. */
  readonly baseline?: string;
  readonly session?: string;
  readonly tolerance?: number;
  readonly exactTolerance?: number;
  readonly mode: GateMode;
  readonly expectChange?: readonly string[];
  readonly json?: boolean;
  readonly junit?: string;
  readonly markdown?: string;
}

/**
 * `distrobench gate`: the verdict on the newest session of every benchmark of a stack, or on one session; its exit code is the verdict, unless
 * the matrix lets that one pass.
 */
export async function gateCommand(context: Context, stack: string, options: GateOptions): Promise<void> {
  const source = sessionSource(context);
  if (options.session === undefined) warnOfUndescribed(source, stack);
  const results = judgedSessions(source, stack, options).map((current) =>
    gate({
      current,
      baseline: baselineOf(source, current, options),
      history: historyOf(current, pastSessions(source.root, current, source.warn)),
      mode: options.mode,
      expected: options.expectChange ?? [],
      ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
      ...(options.exactTolerance === undefined ? {} : { exactTolerance: options.exactTolerance }),
    }),
  );
  const verdict = worstOf(results);
  const allowed = results.filter((result) => isAllowed(context.root, result));
  const exitCode = exitCodes[worstOf(results.filter((result) => !allowed.includes(result)))];
  if (options.junit !== undefined) write(options.junit, renderGateJunit(results));
  if (options.markdown !== undefined) write(options.markdown, renderGateMarkdown(results));
  const terminal = terminalOptions(context.stdout, context.environment);
  if (options.json === true) print(context, renderGateJson(verdict, exitCode, results));
  else print(context, results.map((result) => renderGateTerminal(result, terminal)).join("\n"));
  for (const result of allowed) sayAllowed(context, result);
  if (options.session === undefined && options.baseline === undefined) sayUnmeasured(context, stack, results);
  if (exitCode !== 0) throw new Exit(exitCode);
}

/** Verdicts that say nothing about the change, and the setting of the matrix that lets them pass. */
const settings: { readonly [Verdict in GateVerdict]?: keyof GateSettings } = {
  INCONCLUSIVE: "inconclusive",
  "NO-BASELINE": "noBaseline",
};

function isAllowed(root: string, { verdict, stack }: GateResult): boolean {
  const setting = settings[verdict];
  return setting !== undefined && gateSettings(root, stack)[setting] === "warn";
}

/** Never silently green. */
function sayAllowed(context: Context, { verdict, stack, benchmark }: GateResult): void {
  const line = `WARNING: ${stack}/${benchmark} is ${verdict} and does not block, because stacks/${stack}.yaml says gate.${settings[verdict]}: warn`;
  say(context, styleOf(context.stderr, context.environment).bad(line));
}

/** A verdict on the rest must not look as if all had been judged. */
function sayUnmeasured(context: Context, stack: string, results: readonly GateResult[]): void {
  const judged = new Set(results.map(({ benchmark }) => benchmark));
  const style = styleOf(context.stderr, context.environment);
  for (const name of benchmarkNames(context.root, stack) ?? [])
    if (!judged.has(name)) say(context, style.bad(`WARNING: ${stack}/${name} is not judged: it has no session`));
}

/** A named session; or the newest of every benchmark, of which a named baseline session selects its own. */
function judgedSessions(source: SessionSource, stack: string, { session, baseline }: GateOptions): readonly SessionData[] {
  const { root } = source;
  if (session !== undefined) return [readNamed(source, session)];
  const newest = newestSessions(root, stack).map((directory) => openSession(source, directory));
  if (newest.length === 0) throw nothingMeasured(root, stack);
  if (baseline === undefined || !isSession(root, baseline)) return newest;
  const named = readNamed(source, baseline).session;
  const own = newest.filter((data) => data.session.benchmark === named.benchmark);
  if (own.length > 0) return own;
  throw new UserError(`${stack} has no session of the benchmark ${named.benchmark}, which ${named.id} measured`);
}

function baselineOf(source: SessionSource, current: SessionData, options: GateOptions): BaselineChoice {
  const { baseline, expectChange, tolerance } = options;
  const { session } = current;
  if (baseline === undefined)
    return chooseBaseline(current, sessionsBefore(source.root, current, source.warn), expectChange, tolerance);
  if (session.variants.some(({ id, aaOf }) => id === baseline && aaOf === undefined)) return { kind: "variant", id: baseline };
  const named = readNamed(source, baseline);
  if (named.session.id !== session.id) return namedBaseline(named, tolerance);
  throw new UserError(`${session.id} cannot be its own baseline`, {
    remedy: `Name an earlier session, or a variant of this one: ${session.variants.map(({ id }) => id).join(", ")}`,
  });
}

function readNamed(source: SessionSource, name: string): SessionData {
  const [directory = name] = namedSessions(source.root, [name]);
  return openSession(source, directory);
}

function write(file: string, content: string): void {
  try {
    writeFileSync(resolve(file), content);
  } catch (cause) {
    throw new UserError(`${file} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
