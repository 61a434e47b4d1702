import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engineEnvironment, ensureEngine } from "../engine/index.ts";
import { UserError } from "../hosts/index.ts";
import { type Context, Exit } from "./context.ts";
import { type Captured, capture, show } from "./process.ts";
import { prepareSettings, type Settings, settingsOf, stateDirectory } from "./settings.ts";

/** A Pulumi CLI with the settings of this project. */
export interface Pulumi {
  readonly engine: Engine;
  readonly settings: Settings;
  /** Variables to set for `pulumi`, without those that are set already. */
  readonly variables: Readonly<Record<string, string>>;
  /** Talks to the user itself. Resolves with the exit code. */
  show(
    args: readonly string[],
    options?: { readonly toStderr?: boolean; readonly variables?: Readonly<Record<string, string>> },
  ): Promise<number>;
  capture(args: readonly string[], input?: string): Promise<Captured>;
}

/** Gets an engine and the settings of this project. Throws `UserError`. */
export async function openPulumi(context: Context, progress: (line: string) => void): Promise<Pulumi> {
  const { root, signal, environment } = context;
  const engine = await ensureEngine({ root, progress, signal, environment });
  const found = engineEnvironment(engine, root, environment);
  const settings = settingsOf(root, { ...environment, ...found });
  prepareSettings(root, settings);
  const variables = { ...found, ...settings.variables };
  const merged = { ...environment, ...variables };
  return {
    engine,
    settings,
    variables,
    show: async (args, options = {}) =>
      await show(context, engine.command, [...args, ...display(context)], {
        cwd: root,
        environment: { ...merged, ...options.variables },
        ...(options.toStderr === undefined ? {} : { toStderr: options.toStderr }),
      }),
    capture: async (args, input) =>
      await capture(engine.command, [...args, "--non-interactive"], {
        cwd: root,
        environment: merged,
        ...(input === undefined ? {} : { input }),
      }),
  };
}

/** The stack's file in a file backend of ours; absent before the first `up`. */
export function stateFile(root: string, stack: string): string {
  return join(stateDirectory(root), ".pulumi", "stacks", "distrobench", `${stack}.json`);
}

export async function stackExists(context: Context, pulumi: Pulumi, stack: string): Promise<boolean> {
  if (pulumi.settings.backend === "project") return existsSync(stateFile(context.root, stack));
  const { code } = await pulumi.capture(["stack", "export", "--stack", stack]);
  return code === 0;
}

/** Makes the stack when it is not there. Throws `UserError` with what Pulumi said. */
export async function ensureStack(context: Context, pulumi: Pulumi, stack: string): Promise<void> {
  if (await stackExists(context, pulumi, stack)) return;
  const { code, stderr, stdout } = await pulumi.capture(["stack", "select", "--create", "--stack", stack]);
  // Another run may have made it in the same moment.
  if (code === 0 || (await stackExists(context, pulumi, stack))) return;
  const said = (stderr || stdout).trim();
  throw new UserError(`Pulumi could not make the stack ${stack}:\n${said}`, remedyFor(said, stack));
}

/** Whoever removes `.distrobench` removes the passphrase, and what it was for stays beside the matrix. */
function remedyFor(said: string, stack: string): { readonly remedy?: string } {
  if (!/incorrect passphrase/i.test(said)) return {};
  const file = `stacks/Pulumi.${stack}.yaml`;
  return {
    remedy: `${file} belongs to another passphrase than .distrobench/passphrase. Put that back, or remove ${file}: secrets that were set in it are lost then.`,
  };
}

/** Ends the command when Pulumi did not succeed; it has said why itself. */
export function expectSuccess(context: Context, code: number): void {
  if (code === 0) return;
  throw new Exit(context.signal.aborted ? 130 : 1);
}

/** No colour where none is wanted; no dots in a log file to say that it is still alive. */
function display(context: Context): string[] {
  return [
    ...((context.environment.NO_COLOR ?? "") === "" ? [] : ["--color", "never"]),
    ...(context.stderr.isTTY === true ? [] : ["--suppress-progress"]),
  ];
}
