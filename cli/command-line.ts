import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { clean } from "./commands/clean.ts";
import { destroy } from "./commands/destroy.ts";
import { doctor } from "./commands/doctor.ts";
import { environment } from "./commands/environment.ts";
import { preflight } from "./commands/preflight.ts";
import { report } from "./commands/report.ts";
import { test } from "./commands/test.ts";
import { preview, up } from "./commands/up.ts";
import type { Context } from "./context.ts";

const DEFAULT_STACK = "quickstart";
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
    .action(async (stack: string) => await up(context, stack));
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
    .action(async (sessions: string[], options: { stack: string; json?: boolean }) => await report(context, sessions, options));
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function machineCommands(program: Command, context: Context): void {
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
