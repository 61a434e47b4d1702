import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { withLock } from "../../lock.ts";
import { architectureOf } from "../architecture.ts";
import { diskCacheDirectory } from "../arrangement.ts";
import { commonTools, foreignTools, requireTools, toolPath } from "../prerequisites.ts";
import { endProcess, findByEnvironment } from "../process-identity.ts";
import type { BuildSurroundings, DiskBuilder, DiskRecipe, DiskRequest } from "./builder.ts";
import { fileDigest, pack, packScript } from "./pack.ts";
import { removeTree } from "./remove-tree.ts";

/** A root file system, its tar and the disk exist beside each other for a moment. */
const BUILD_BYTES = 4 * 1024 ** 3;
/** Environment variable by which processes of a build that lost its owner are found. */
const BUILD_MARK = "DISTROBENCH_DISK_BUILD";

const manifestSchema = z.object({
  /** sha256 of disk.qcow2. */
  digest: z.string(),
  /** Installed versions by package name. */
  installed: z.record(z.string(), z.string()),
});

/** A finished disk in the cache: `disk.qcow2`, `vmlinuz` and `initrd` in `directory`, never written again. */
export interface CachedDisk {
  readonly directory: string;
  readonly digest: string;
}

export interface EnsureDiskOptions {
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/** The disk for a request, built when the cache lacks it. Rejects with `UserError` when it can't be built. */
export async function ensureDisk(
  request: DiskRequest & { readonly sizeGiB: number },
  builder: DiskBuilder,
  options: EnsureDiskOptions,
): Promise<CachedDisk> {
  const recipe = await builder.recipe(request);
  const hash = diskHash(recipe, request.sizeGiB, await packScript(request.boot));
  const directory = join(diskCacheDirectory(), hash);
  const cached = await readCached(directory);
  if (cached !== undefined) return cached;
  const architecture = architectureOf(recipe.architecture);
  const tools = [...commonTools(architecture, request.boot), ...foreignTools(architecture), ...builder.tools];
  await requireTools(tools, `lab machines of ${recipe.distribution}, ${architecture.name},`);
  const onWait = (): void => options.progress(`another process builds the disk of ${request.release}, waiting`);
  return withLock(directory, { signal: options.signal, onWait }, async () => {
    const other = await readCached(directory);
    return other ?? build(builder, recipe, { directory, sizeGiB: request.sizeGiB }, options);
  });
}

/** Name of a disk in the cache: sha256 over everything that decides it. */
export function diskHash(recipe: DiskRecipe, sizeGiB: number, packScript: string): string {
  const { architecture, ...others } = recipe;
  const sorted = Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify({ recipe: sorted, sizeGiB, packScript, architecture: architectureOf(architecture).nodeName });
  return createHash("sha256").update(text).digest("hex");
}

async function build(
  builder: DiskBuilder,
  recipe: DiskRecipe,
  target: { readonly directory: string; readonly sizeGiB: number },
  options: EnsureDiskOptions,
): Promise<CachedDisk> {
  const directory = `${target.directory}.building`;
  await removeLeftovers(directory);
  await requireSpace();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const progress = ticker(`building the ${recipe.distribution} ${recipe.release} disk`, options);
  const surroundings: BuildSurroundings = {
    directory,
    environment: { PATH: toolPath(), [BUILD_MARK]: directory, ...rootOnly({ TMPDIR: directory }) },
    signal: options.signal,
    step: progress.step,
  };
  try {
    const rootTar = join(directory, "root.tar");
    const installed = await builder.build(recipe, rootTar, surroundings);
    const uuid = uuidFrom(target.directory.slice(-64));
    await pack(rootTar, { sizeGiB: target.sizeGiB, uuid, epoch: recipe.epoch, boot: recipe.boot ?? "direct" }, surroundings);
    return await finish(directory, target.directory, recipe, installed);
  } catch (error) {
    await removeLeftovers(directory);
    throw error;
  } finally {
    progress.stop();
  }
}

async function finish(
  directory: string,
  target: string,
  recipe: DiskRecipe,
  installed: Readonly<Record<string, string>>,
): Promise<CachedDisk> {
  const digest = await fileDigest(join(directory, "disk.qcow2"));
  await Promise.all(["disk.qcow2", "vmlinuz", "initrd"].map((file) => chmod(join(directory, file), 0o444)));
  await rm(join(directory, "dpkg-status"), { force: true });
  await writeFile(join(directory, "manifest.json"), `${JSON.stringify({ digest, recipe, installed }, null, 2)}\n`);
  await rename(directory, target);
  return { directory: target, digest };
}

async function readCached(directory: string): Promise<CachedDisk | undefined> {
  const text = await readFile(join(directory, "manifest.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : { directory, digest: manifestSchema.parse(JSON.parse(text)).digest };
}

/** Ends what a killed build left running, then removes its files. */
async function removeLeftovers(directory: string): Promise<void> {
  const processes = await findByEnvironment(BUILD_MARK, directory);
  await Promise.all(processes.map((process) => endProcess(process, "SIGKILL", 2)));
  await removeTree(directory);
}

async function requireSpace(): Promise<void> {
  await mkdir(diskCacheDirectory(), { recursive: true });
  const { bavail, bsize } = await statfs(diskCacheDirectory());
  if (bavail * bsize >= BUILD_BYTES) return;
  const free = ((bavail * bsize) / 1024 ** 3).toFixed(1);
  throw new UserError(`a lab disk needs 4 GiB while it is built, ${diskCacheDirectory()} has ${free} GiB free`, {
    remedy: "free some space, or point XDG_CACHE_HOME to another disk",
  });
}

/** Without root, mmdebstrap works under other user ids, which can't enter the build's directory: it keeps to /tmp then. */
function rootOnly(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return process.getuid?.() === 0 ? environment : {};
}

/** The file system's UUID follows from the disk's name, so that equal disks are equal. */
function uuidFrom(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

function ticker(title: string, options: EnsureDiskOptions): { step: (text: string) => void; stop: () => void } {
  const started = performance.now();
  let current = "starting";
  const show = (): void => options.progress(`${title}: ${current} ${Math.round((performance.now() - started) / 1000)} s`);
  const timer = setInterval(show, 1000);
  return {
    step: (text) => {
      current = text;
      show();
    },
    stop: () => clearInterval(timer),
  };
}
