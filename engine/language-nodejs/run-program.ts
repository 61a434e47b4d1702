import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { splitWords } from "./split-words.ts";

/** `@pulumi/pulumi/cmd/run` ends with this code when it has shown the error itself. */
const ERROR_ALREADY_SHOWN = 32;
const KILL_AFTER_MILLISECONDS = 5_000;

/** The settings below `runtime.options` in Pulumi.yaml that this host knows. */
interface RuntimeOptions {
  readonly typescript: boolean;
  readonly tsconfig: string | undefined;
  readonly nodeArguments: readonly string[];
}

/** Runs the user's program as the official language host does: `node [nodeargs] @pulumi/pulumi/cmd/run ...`. */
export class ProgramRunner {
  readonly #engineAddress: string;
  readonly #running = new Set<ChildProcess>();

  constructor(engineAddress: string) {
    this.#engineAddress = engineAddress;
  }

  /** Resolves when the program has ended. Its output goes to ours, which the engine shows. */
  async run(request: language.RunRequest, signal: AbortSignal): Promise<language.RunResponse> {
    const child = spawn("node", commandLine(request, this.#engineAddress), {
      cwd: programDirectory(request),
      env: { ...process.env, ...programEnvironment(request) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.#running.add(child);
    const stop = () => stopChild(child);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return response(await ended(child));
    } finally {
      signal.removeEventListener("abort", stop);
      this.#running.delete(child);
    }
  }

  stop(): void {
    for (const child of this.#running) stopChild(child);
  }
}

/** Arguments for node. Empty values are left out; flags come before the entry point, where parsing stops. */
function commandLine(request: language.RunRequest, engineAddress: string): readonly string[] {
  const flags: readonly (readonly [flag: string, value: string])[] = [
    ["--monitor", request.getMonitorAddress()],
    ["--engine", engineAddress],
    ["--organization", request.getOrganization()],
    ["--project", request.getProject()],
    ["--root-directory", request.getInfo()?.getRootDirectory() ?? ""],
    ["--stack", request.getStack()],
    ["--pwd", programDirectory(request)],
    ["--parallel", request.getParallel() === 0 ? "" : String(request.getParallel())],
  ];
  return [
    ...runtimeOptions(request).nodeArguments,
    runModule(programDirectory(request)),
    ...flags.filter(([, value]) => value !== "").flat(),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/** What the program reads its configuration from: keys `ns:key` become `ns:config:key`, except in the list of secret ones. */
function programEnvironment(request: language.RunRequest): Record<string, string> {
  const { typescript, tsconfig } = runtimeOptions(request);
  const config = Object.fromEntries(
    request
      .getConfigMap()
      .getEntryList()
      .map(([key, value]) => [key.replace(":", ":config:"), value]),
  );
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}

function runtimeOptions(request: language.RunRequest): RuntimeOptions {
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  const { typescript, tsconfig, nodeargs } = options;
  return {
    typescript: typescript !== false,
    tsconfig: typeof tsconfig === "string" ? tsconfig : undefined,
    nodeArguments: typeof nodeargs === "string" ? splitWords(nodeargs) : [],
  };
}

function programDirectory(request: language.RunRequest): string {
  return request.getInfo()?.getProgramDirectory() || request.getPwd() || process.cwd();
}

function runModule(directory: string): string {
  const chosen = process.env.PULUMI_LANGUAGE_NODEJS_RUN_PATH;
  if (chosen !== undefined && chosen !== "") return chosen;
  try {
    return createRequire(join(directory, "noop.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch (cause) {
    throw new Error(`the Pulumi SDK is not installed below ${directory}: run npm install there`, { cause });
  }
}

async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? signal ?? 1));
  });
}

function response(end: number | NodeJS.Signals): language.RunResponse {
  const answer = new language.RunResponse();
  if (end === 0) return answer;
  if (end === ERROR_ALREADY_SHOWN) return answer.setBail(true);
  return answer.setError(
    typeof end === "number" ? `Program exited with non-zero exit code: ${end}` : `Program was ended by ${end}`,
  );
}

function stopChild(child: ChildProcess): void {
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MILLISECONDS).unref();
}
