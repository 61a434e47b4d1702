import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandIn, type Environment, engineVersion } from "./places.ts";
import type { StandIn } from "./stand-ins.ts";

/** The address that the Automation API installs from. */
const SOURCE = "https://get.pulumi.com/install.sh";
const REACH_MILLISECONDS = 5_000;
const INSTALL_MILLISECONDS = 300_000;
const PLUGIN_SECONDS = 120;

/** After a failure no further try for a day: an isolated machine must not wait at every command. */
const RETRY_MILLISECONDS = 24 * 3600 * 1000;

export interface DownloadOptions {
  readonly cache: string;
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the official downloads answer within five seconds. A failure is remembered for a day. */
export async function downloadsReachable(options: DownloadOptions): Promise<boolean> {
  const stamp = join(options.cache, "downloads-unreachable");
  const failed = await stat(stamp).catch(() => undefined);
  if (failed !== undefined && Date.now() - failed.mtimeMs < RETRY_MILLISECONDS) return false;
  const signals = [AbortSignal.timeout(REACH_MILLISECONDS), ...(options.signal === undefined ? [] : [options.signal])];
  const reached = await fetch(SOURCE, { method: "HEAD", signal: AbortSignal.any(signals) }).then(
    (response) => response.ok,
    () => false,
  );
  options.signal?.throwIfAborted();
  if (reached) await rm(stamp, { force: true });
  else await rememberFailure(options.cache, stamp);
  return reached;
}

async function rememberFailure(cache: string, stamp: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  await writeFile(stamp, "");
}

/** Installs the official CLI into `target`; `false` where that did not work, with the reason as progress. */
export async function downloadEngine(target: string, options: DownloadOptions): Promise<boolean> {
  await mkdir(join(target, ".."), { recursive: true });
  const draft = await mkdtemp(`${target}.draft-`);
  try {
    options.progress(`downloading Pulumi ${engineVersion}`);
    await within(INSTALL_MILLISECONDS, install(draft));
    await rename(draft, target);
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    options.progress(`the download of Pulumi failed: ${firstLine(error)}`);
    return false;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function install(root: string): Promise<void> {
  // Loaded only here: the Automation API takes a second to load and most runs never need it.
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/cmd.js");
  const { SemVer } = await import("semver");
  await PulumiCommand.install({ root, version: new SemVer(engineVersion) });
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${milliseconds / 1000} s`)), milliseconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Installs the official plugin; a failure leaves our stand-in in use, with the reason as progress. */
export async function downloadPlugin(command: string, home: string, part: StandIn, options: DownloadOptions): Promise<void> {
  const { kind, name, version } = part;
  if (version === undefined) return;
  options.progress(`downloading the ${name} plugin ${version}`);
  const environment = { ...options.environment, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const settings = { env: environment, quiet: true, nothrow: true, timeout: `${PLUGIN_SECONDS}s` } as const;
  const { $ } = await import("zx");
  const result = await $({
    ...settings,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })`${command} plugin install ${kind} ${name} ${version}`;
  options.signal?.throwIfAborted();
  if (result.exitCode !== 0)
    options.progress(`the download of the ${name} plugin failed: ${result.stderr.trim().split("\n")[0]}`);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

/** Whether the folder holds a whole engine. */
export async function holdsEngine(directory: string): Promise<boolean> {
  return await stat(commandIn(directory)).then(
    (found) => found.isFile(),
    () => false,
  );
}
