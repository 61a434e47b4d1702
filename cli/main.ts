import { join } from "node:path";
import { CommanderError } from "commander";
import { explainSystemError, UserError } from "../hosts/index.ts";
import { commandLine } from "./command-line.ts";
import { type Context, Exit, say } from "./context.ts";
import { watchOutput } from "./lost-output.ts";
import { styleOf } from "./style.ts";

/** Codes of these commands are answers (`gate` 0 to 4, `inventory` 0 and 1): neither a missing file nor a mistyped option may look like one. */
const FAILURE_CODES: Readonly<Record<string, { readonly failed: number; readonly usage: number }>> = {
  gate: { failed: 5, usage: 5 },
  reproduce: { failed: 5, usage: 5 },
  inventory: { failed: 2, usage: 2 },
};

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => abort.abort(new Exit(130)));

const words = process.argv.slice(2);
const debug = words.includes("--debug");
const context: Context = {
  root: join(import.meta.dirname, ".."),
  // The provider process hears of it this way.
  environment: debug ? { ...process.env, DISTROBENCH_DEBUG: "1" } : process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abort.signal,
};
watchOutput(process.stdout, process.stderr, (reason) => {
  explain(new UserError(`the results cannot be written to standard output: ${reason}`));
  process.exit(failureCodes().failed);
});
process.exitCode = await run();

/** 0: done. 1: failed, and said why. 2: the command line was wrong. 130: stopped by ^C. Some commands have codes of their own. */
async function run(): Promise<number> {
  const { failed, usage } = failureCodes();
  try {
    await commandLine(context).parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
    if (error instanceof Exit) return error.code;
    if (abort.signal.aborted) return 130;
    explain(explainSystemError(error));
    return failed;
  }
}

function failureCodes(): { readonly failed: number; readonly usage: number } {
  return FAILURE_CODES[words.find((word) => !word.startsWith("-")) ?? ""] ?? { failed: 1, usage: 2 };
}

function explain(error: unknown): void {
  const style = styleOf(context.stderr, context.environment);
  const message = error instanceof Error ? error.message : String(error);
  say(context, error instanceof UserError ? style.bad(message) : style.bad(`distrobench has a fault: ${message}`));
  if (error instanceof UserError && error.remedy !== undefined) say(context, error.remedy);
  if (debug) say(context, style.faint(error instanceof Error ? (error.stack ?? "") : ""));
  else if (!(error instanceof UserError)) say(context, "Run the same command with --debug and report what it prints.");
}
