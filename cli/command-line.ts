import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { clean } from "./commands/clean.ts";
import { type CompareOptions, compare } from "./commands/compare.ts";
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
import { DEFAULT_STACK } from "./hints.ts";

const STACK = "a matrix: stacks/<stack>.yaml";

const EXAMPLES = `
First steps:
  ./distrobench up          make two virtual machines, measure, compare
  ./distrobench destroy     remove them again
  ./distrobench doctor      what this machine has and lacks

Systems of your own: copy stacks/own-hosts.yaml to stacks/mine.yaml, change it, ./distrobench up mine`;

/** The command line. Rejects with `CommanderError` on wrong usage, having said what is wrong. */
export function commandLine(context: Context): Command {
  const program = new Command("distrobench")
    .description("Benchmark Linux distributions for AI work as infrastructure code.")
    .version(version(context.root), "--version", "print the version")
    .option("--debug", "print where an error comes from")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .showHelpAfterError("(./distrobench --help lists what there is)")
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    });
  stackCommands(program, context);
  resultCommands(program, context);
  lockCommands(program, context);
  machineCommands(program, context);
  for (const command of program.commands)
    command.option("--debug", "print where an error comes from").copyInheritedSettings(program);
  return program;
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

const GATE_HELP = `
Exit codes: 0 PASS, 1 FAIL, 2 INCONCLUSIVE, 3 INVALID, 4 NO-BASELINE, 5 no verdict because something is wrong (said on stderr).
A matrix may let 2 and 4 pass, with a warning: gate: { inconclusive: warn, noBaseline: warn }.
The baseline is the newest complete and valid session of the same stack and benchmark with the same fingerprint, before the one
that is judged. Intervals decide, never point estimates. docs/gate.md says how.

  ./distrobench gate mine                                    the newest sessions of a stack against those before
  ./distrobench gate mine --baseline debian-13/docker        the variants of the newest sessions against one of them
  ./distrobench gate mine --expect-change kernel --junit gate.xml --markdown comment.md`;

const COMPARE_HELP = `
Two sessions are compared variant by variant, unpaired; two variants of one session block by block. Ratios are second / first.
Where the environments differ the facts are listed and there is no verdict.

  ./distrobench compare debian-13/docker debian-13/podman --stack ci`;

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
    .addHelpText("after", GATE_HELP)
    .action(async (stack: string, options: GateOptions) => await gateCommand(context, stack, options));
  program
    .command("compare")
    .description("compare two sessions, or two variants of one session")
    .argument("<a>", "a folder below results/, or a variant such as debian-13/docker")
    .argument("<b>", "what is compared with it")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--session <session>", "where the variants are (default: the newest sessions of the stack)")
    .option("--json", "as JSON")
    .addHelpText("after", COMPARE_HELP)
    .action(async (a: string, b: string, options: CompareOptions) => await compare(context, a, b, options));
}

const REPRODUCE_HELP = `
Brings the matrix up with the locked versions, names every difference, measures, and judges each metric against the locked
session. Exit codes are those of gate: 0 PASS (every metric the same within the tolerance), 1 FAIL, 2 INCONCLUSIVE, 3 INVALID,
4 NO-BASELINE, 5 no verdict because something is wrong.

  ./distrobench reproduce stacks/mine.lock.json                  again on the same hosts
  ./distrobench reproduce stacks/mine.lock.json --hosts new-lab   on the hosts of stacks/new-lab.yaml`;

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
    .addHelpText("after", REPRODUCE_HELP)
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

const INVENTORY_HELP = `
Exit codes: 0 no difference, 1 differences, 2 no comparison because something is wrong (said on stderr).

  ./distrobench inventory runner --stack mine --diff              against the inventory taken before up changed anything
  ./distrobench inventory runner --stack mine --json >before.json
  ./distrobench inventory runner --stack mine --diff before.json`;

function machineCommands(program: Command, context: Context): void {
  program
    .command("inventory")
    .description("list what a host consists of, or how it differs from an earlier inventory; changes nothing")
    .argument("<host>", "a host of the matrix")
    .option("--stack <stack>", STACK, DEFAULT_STACK)
    .option("--diff [file]", "compare with a file made by --json (default: the one taken before up changed anything)")
    .option("--json", "as JSON")
    .addHelpText("after", INVENTORY_HELP)
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
