import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, withLock } from "../hosts/index.ts";
import { choices, isOurs, placesOf } from "./choices.ts";
import { downloadEngine, downloadPlugin, downloadsReachable, holdsEngine } from "./download.ts";
import { buildEngine } from "./go-build.ts";
import { installLauncher, removeLauncher } from "./launchers.ts";
import { withoutLogs } from "./no-logs.ts";
import { builtDirectory, commandIn, downloadedDirectory, type Environment, enginesDirectory, engineVersion } from "./places.ts";
import { isSuitable, pulumiVersion } from "./pulumi-version.ts";
import { bundledPath, foldersOf } from "./stand-ins.ts";

/** A working Pulumi CLI. */
export interface Engine {
  readonly kind: "path" | "downloaded" | "built";
  /** Absolute path of `pulumi`. */
  readonly command: string;
  readonly version: string;
  /** Whether our language host or one of our stand-in plugins is in use. */
  readonly standIns: boolean;
}

export interface EngineOptions {
  /** Absolute path of the project. */
  readonly root: string;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Defaults to this process's own. */
  readonly environment?: Environment;
}

type Found = Omit<Engine, "standIns">;

/**
 * A suitable `pulumi` on PATH, else the official download (given up within seconds where it can't be reached), else a build
 * from `engine/go.mod`. Kept in the user's cache; two runs at once share one build. Throws `UserError` with the remedy.
 */
export async function ensureEngine(options: EngineOptions): Promise<Engine> {
  const environment = options.environment ?? process.env;
  const found = (await findEngine(options.root, environment)) ?? (await makeEngine(options, environment));
  await completeParts(found, options, environment);
  return { ...found, standIns: choices(found, options.root, environment).some(({ official }) => !official) };
}

/** The engine that is there already; never downloads or builds. */
export async function findEngine(root: string, environment: Environment): Promise<Found | undefined> {
  const onPath = await findOnPath(environment);
  if (onPath !== undefined) return onPath;
  for (const [kind, directory] of [
    ["downloaded", downloadedDirectory(environment)],
    ["built", builtDirectory(root, environment)],
  ] as const)
    if (await holdsEngine(directory)) return { kind, command: commandIn(directory), version: engineVersion };
  return undefined;
}

/** Our own cached engine may be on PATH too (`distrobench env` puts it there): that is not the user's. */
async function findOnPath(environment: Environment): Promise<Found | undefined> {
  const ours = enginesDirectory(environment);
  for (const folder of foldersOf(environment.PATH ?? "")) {
    if (folder.startsWith(ours)) continue;
    const command = join(folder, "pulumi");
    if (!(await isExecutable(command))) continue;
    const version = await pulumiVersion(command).catch(() => undefined);
    if (version !== undefined && isSuitable(version)) return { kind: "path", command, version };
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function makeEngine(options: EngineOptions, environment: Environment): Promise<Found> {
  const directory = enginesDirectory(environment);
  await mkdir(directory, { recursive: true });
  const { progress, signal } = options;
  const onWait = (holder: string) => progress(`another run (${holder}) is preparing Pulumi: waiting for it`);
  return await withLock(directory, { onWait, signal }, async () => {
    const meanwhile = await findEngine(options.root, environment);
    if (meanwhile !== undefined) return meanwhile;
    const download = { cache: cacheDirectory(environment), environment, progress, signal };
    const downloaded = downloadedDirectory(environment);
    if ((await downloadsReachable(download)) && (await downloadEngine(downloaded, download)))
      return { kind: "downloaded", command: commandIn(downloaded), version: engineVersion };
    const built = builtDirectory(options.root, environment);
    await buildEngine({ root: options.root, target: built, environment, progress, signal });
    return { kind: "built", command: commandIn(built), version: engineVersion };
  });
}

/** Official plugins win whenever they can be had; ours fill the gaps of an installation that is ours too. */
async function completeParts(engine: Found, options: EngineOptions, environment: Environment): Promise<void> {
  const places = placesOf(engine, options.root, environment);
  if (isOurs(engine, environment)) await withoutLogs(places.pulumiHome);
  const { progress, signal } = options;
  const download = { cache: cacheDirectory(environment), environment, progress, signal };
  const missing = choices(engine, options.root, environment).filter(({ official }) => !official);
  const plugins = missing.filter(({ part }) => part.kind === "resource");
  if (plugins.length > 0 && (await downloadsReachable(download)))
    for (const { part } of plugins) {
      await removeLauncher(bundledPath(part, places));
      await downloadPlugin(engine.command, places.pulumiHome, part, download);
    }
  if (!isOurs(engine, environment)) return;
  for (const { part, official } of choices(engine, options.root, environment))
    if (!official) await installLauncher(part, bundledPath(part, places));
}
