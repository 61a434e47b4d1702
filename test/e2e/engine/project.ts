import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { $, type ProcessOutput, type ProcessPromise } from "zx";
import { engineEnvironment, ensureEngine } from "../../../engine/index.ts";

const root = join(import.meta.dirname, "../../..");

export interface Project {
  readonly folder: string;
  program(text: string): void;
  /** Runs `pulumi`; a failure is left to the caller. */
  start(command: readonly string[], variables?: Readonly<Record<string, string>>): ProcessPromise;
  /** Starts `pulumi` itself, without a shell between, so that it can be sent signals. */
  spawn(command: readonly string[], variables?: Readonly<Record<string, string>>): ChildProcessWithoutNullStreams;
  run(command: readonly string[], variables?: Readonly<Record<string, string>>): Promise<ProcessOutput>;
  outputs(): Promise<Record<string, unknown>>;
}

/** A Pulumi project of its own with a file backend, run by the engine that distrobench would use. */
export async function createProject(folder: string): Promise<Project> {
  for (const name of ["", "state"]) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    'name: conformance\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n    nodeargs: "--import=tsx"\n',
  );
  writeFileSync(join(folder, "package.json"), '{ "name": "conformance", "type": "module", "main": "index.ts" }\n');
  const engine = await ensureEngine({ root, progress: (line) => process.stderr.write(`${line}\n`) });
  const env = {
    ...process.env,
    ...engineEnvironment(engine, root),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
  const start = (command: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    $({ cwd: folder, env: { ...env, ...variables }, quiet: true, nothrow: true })`${engine.command} ${command} --non-interactive`;
  const run: Project["run"] = async (command, variables) => {
    const result = await start(command, variables);
    if (result.exitCode !== 0) throw new Error(`pulumi ${command.join(" ")} failed:\n${result.stdall}`);
    return result;
  };
  await run(["stack", "init", "test"]);
  return {
    folder,
    program: (text) => writeFileSync(join(folder, "index.ts"), text),
    start,
    spawn: (command, variables = {}) =>
      spawn(engine.command, [...command, "--non-interactive"], { cwd: folder, env: { ...env, ...variables }, stdio: "pipe" }),
    run,
    outputs: async () => JSON.parse((await run(["stack", "output", "--json"])).stdout),
  };
}
