import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { clean } from "./commands/clean.ts";
import { type CompareOptions, compare } from "./commands/compare.ts";
import { completion } from "./commands/completion.ts";
import { destroy } from "./commands/destroy.ts";
import { doctor } from "./commands/doctor.ts";
import { environment } from "./commands/environment.ts";
import { type GateOptions, gateCommand } from "./commands/gate.ts";
import { type InventoryOptions, inventory } from "./commands/inventory.ts";
import { lock } from "./commands/lock.ts";
import { preflight } from "./commands/preflight.ts";
import { type ReportOptions, report, reportFormats } from "./commands/report.ts";
import { type ReproduceOptions, reproduce } from "./commands/reproduce.ts";
import { restore } from "./commands/restore.ts";
import { test } from "./commands/test.ts";
import { preview, type UpOptions, up } from "./commands/up.ts";
import type { Context } from "./context.ts";
import { type HelpText, helpColumns, helpText, refuseUnknown } from "./help.ts";
import { COMMAND_HELP, PROGRAM_HELP } from "./help-texts.ts";
import { DEFAULT_STACK } from "./hints.ts";

const STACK = "a matrix: stacks/<stack>.yaml";

/** The command line. Rejects with `CommanderError` on wrong usage, having said what is wrong. */
export function commandLine(context: Context): Command {
  const program = new Command("distrobench")
    .description("Benchmark Linux distributions for AI work as infrastructure code.")
    .version(version(context.root), "--version", "print the version")
    .option("--debug", "print where an error comes from")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .showHelpAfterError("(./distrobench --help lists what there is)")
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => helpColumns(context.stdout),
      getErrHelpWidth: () => helpColumns(context.stderr),
    });
  stackCommands(program, context);
  resultCommands(program, context);
  lockCommands(program, context);
  machineCommands(program, context);
  for (const command of program.commands) finish(command, program, context);
  program.addHelpText("before", () => {
    refuseUnknown(program);
    return "";
  });
  addHelp(program, PROGRAM_HELP, context);
  return program;
}

/** What every command has. */
function finish(command: Command, program: Command, context: Context): void {
  command
    .option("--debug", "print where an error comes from")
    .copyInheritedSettings(program)
    .showHelpAfterError(`(./distrobench ${command.name()} --help says how it is used)`);
  const text = COMMAND_HELP[command.name()];
  if (text !== undefined) addHelp(command, text, context);
}

function addHelp(command: Command, text: HelpText, { stdout, stderr }: Context): void {
  command.addHelpText("after", ({ error }) => helpText(text, helpColumns(error ? stderr : stdout)));
}

function stackCommands(program: Command, context: Context): void {
  program
    .command("up")
    .description("bring a stack up: hosts, images, measurements, report")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .option("--update-lock", "take today's versions instead of those in stacks/<stack>.lock.json, and lock them")
    .option("--noisy-host", "measure on busy hosts, too: marked, and never a baseline; what is measured already stays")
    .action(async (stack: string, options: UpOptions) => await up(context, stack, options));
  program
    .command("preview")
    .description("say what up would do, without doing it")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .option("--json", "as JSON")
    .action(async (stack: string, options: { json?: boolean }) => await preview(context, stack, options));
  program
    .command("preflight")
    .description("look at every host of a stack, changing nothing: pass, warn or fail, and the remedy")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .option("--json", "as JSON")
    .action(async (stack: string, options: { json?: boolean }) => await preflight(context, stack, options));
  program
    .command("destroy")
    .description("remove everything a stack made, and compare every host with how it was found")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .option("--gone <host>", "do not wait for a host that never comes back (may be repeated)", collect)
    .action(async (stack: string, options: { gone?: string[] }) => await destroy(context, stack, options.gone));
  program
    .command("report")
    .description("print the comparison of sessions, by default the newest ones of a stack")
    .argument("[session...]", "folders below results/")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--json", "as JSON")
    .addOption(new Option("--format <format>", "for other tools (docs/gate.md)").choices(reportFormats).conflicts("json"))
    .action(async (sessions: string[], options: ReportOptions) => await report(context, sessions, options));
}

function resultCommands(program: Command, context: Context): void {
  program
    .command("gate")
    .description("judge the newest sessions of a stack against a baseline; the exit code is the verdict")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .option("--baseline <session>", "a session, or a variant of the session that is judged (default: chosen)")
    .option("--session <session>", "judge this session instead of the newest ones")
    .option("--tolerance <share>", "relative change that counts, such as 10% (default: the session's own)", tolerance)
    .option("--exact-tolerance <share>", "the same for exact metrics such as image bytes (default: 1%)", exactTolerance)
    .addOption(
      new Option("--mode <mode>", "regression: not worse than the tolerance; reproduction: the same within it")
        .choices(["regression", "reproduction"])
        .default("regression"),
    )
    .option("--expect-change <fact>", "a fact that is the change under test, such as kernel (may be repeated)", collect)
    .option("--json", "as JSON")
    .option("--junit <file>", "write JUnit XML as well")
    .option("--markdown <file>", "write a comment for a pull request as well")
    .action(async (stack: string, options: GateOptions) => await gateCommand(context, stack, options));
  program
    .command("compare")
    .description("compare two sessions, or two variants of one session")
    .argument("<a>", "a folder below results/, or a variant such as debian-13/docker")
    .argument("<b>", "what is compared with it")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--session <session>", "where the variants are (default: the newest sessions of the stack)")
    .option("--json", "as JSON")
    .action(async (a: string, b: string, options: CompareOptions) => await compare(context, a, b, options));
}

function lockCommands(program: Command, context: Context): void {
  program
    .command("lock")
    .description("write stacks/<stack>.lock.json: versions, digests and sessions of a stack that is up")
    .argument("[stack]", STACK, DEFAULT_STACK)
    .action(async (stack: string) => await lock(context, stack));
  program
    .command("reproduce")
    .description("bring a locked stack up on new hardware and judge its metrics against the locked ones")
    .argument("<file>", "a lock file")
    .option("--hosts <matrix>", "a stack with the same hosts at other addresses (default: the locked stack)")
    .option("--tolerance <share>", "how far a metric may be off, such as 10%", tolerance, 0.1)
    .option("--json", "as JSON")
    .action(async (file: string, options: ReproduceOptions) => await reproduce(context, file, options));
}

function tolerance(text: string): number {
  const share = shareOf(text);
  if (share > 0 && share <= 1) return share;
  throw new InvalidArgumentError("expected a share above 0% and up to 100%, such as 10%");
}

/** Nothing is estimated, so 0% can be asked: any change counts. */
function exactTolerance(text: string): number {
  const share = shareOf(text);
  if (share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError("expected a share from 0% to 100%, such as 1%");
}

/** `10%` as 0.1, all else as NaN: a bare number could be meant either way. */
function shareOf(text: string): number {
  return /^\d+(\.\d+)?\s*%$/.test(text) ? Number.parseFloat(text) / 100 : Number.NaN;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function machineCommands(program: Command, context: Context): void {
  program
    .command("inventory")
    .description("list what a host consists of, or how it differs from an earlier inventory; changes nothing")
    .argument("<host>", "a host of the matrix")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--diff [file]", "compare with a file made by --json (default: the one taken before up changed anything)")
    .option("--json", "as JSON")
    .action(async (host: string, options: InventoryOptions) => await inventory(context, host, options));
  program
    .command("restore")
    .description("take tuning and files of a host back by the host's own record, when the stack's state is lost")
    .argument("<host>", "a host of the matrix")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--force", "overwrite what somebody else has changed since, and take back what another checkout has tuned")
    .action(async (host: string, options: { stack: string; force?: boolean }) => await restore(context, host, options));
  program
    .command("doctor")
    .description("list every prerequisite with what was found, or the command that installs it")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => await doctor(context, options));
  program
    .command("env")
    .description('print shell lines for plain pulumi: eval "$(./distrobench env)"')
    .action(async () => await environment(context));
  program
    .command("completion")
    .description('print a script that completes commands, stacks and sessions in bash: eval "$(./distrobench completion)"')
    .action(() => completion(context, program));
  program
    .command("test")
    .description("run every test of this project, installing what they need")
    .action(async () => await test(context));
  program
    .command("clean")
    .description("remove caches; results and state stay")
    .action(async () => await clean(context));
}

function version(root: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8"))).version;
}
