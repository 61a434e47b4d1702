import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CustomResource, type CustomResourceOptions, type Inputs, type Output } from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { ensureEngine } from "../../../engine/index.ts";

const root = join(import.meta.dirname, "..", "..", "..");

export class File extends CustomResource {
  declare readonly content: Output<string>;
  declare readonly length: Output<number>;
  declare readonly folder: Output<string>;

  constructor(name: string, args: Inputs, options?: CustomResourceOptions) {
    super("files:index:File", name, { ...args, length: undefined, folder: undefined }, options);
  }
}

export interface Project {
  readonly directory: string;
  readonly stack: Stack;
  /** Sets what the next `up` or `preview` declares. */
  declare(program: () => void): void;
  /** Sets how the next write ends. */
  fate(fate: "partial" | "fail" | "hang" | ""): void;
  read(name: string): string | undefined;
  write(name: string, content: string): void;
  /** Absolute path of a managed file. */
  path(name: string): string;
}

/** A throw-away project with the real engine, a file backend and the plugin of this folder; the program runs inside this process. */
export async function withProject(work: (project: Project) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-provider-"));
  try {
    const engine = await ensureEngine({ root, progress: (line) => process.stderr.write(`${line}\n`) });
    await work(await makeProject(directory, engine.command));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function writeLauncher(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const loader = join(root, "node_modules", "tsx", "dist", "loader.mjs");
  writeFileSync(file, `#!/bin/sh\nexec node --import '${loader}' '${join(import.meta.dirname, "plugin.ts")}' "$@"\n`, {
    mode: 0o755,
  });
}

/** The Automation API looks for the command in `bin` below a root. */
async function commandAt(directory: string, command: string): Promise<PulumiCommand> {
  mkdirSync(join(directory, "bin"));
  symlinkSync(command, join(directory, "bin", "pulumi"));
  return await PulumiCommand.get({ root: directory, skipVersionCheck: true });
}

async function makeProject(directory: string, command: string): Promise<Project> {
  let program: () => void = () => undefined;
  const plugins = { providers: [{ name: "files", path: "plugin" }] };
  writeFileSync(join(directory, "Pulumi.yaml"), JSON.stringify({ name: "files-test", runtime: "nodejs", plugins }));
  writeLauncher(join(directory, "plugin", "pulumi-resource-files"));
  mkdirSync(join(directory, "state"));
  const stack = await LocalWorkspace.createStack(
    { stackName: "dev", projectName: "files-test", program: async () => program() },
    {
      workDir: directory,
      pulumiHome: join(directory, "home"),
      pulumiCommand: await commandAt(directory, command),
      envVars: {
        PULUMI_BACKEND_URL: `file://${directory}/state`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        FILES_JOURNAL: join(directory, "journal"),
        DISTROBENCH_OPERATIONS: join(directory, "operations.jsonl"),
      },
    },
  );
  const path = (name: string) => join(directory, "files", name);
  return {
    directory,
    stack,
    path,
    declare: (next) => {
      program = next;
    },
    fate: (fate) => writeFileSync(join(directory, "fate"), fate),
    read: (name) => (existsSync(path(name)) ? readFileSync(path(name), "utf8") : undefined),
    write: (name, content) => writeFileSync(path(name), content),
  };
}
