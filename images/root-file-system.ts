import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, UserError, withLock } from "../hosts/index.ts";
import { mmdebstrapOptions, type RootFileSystem, rootFileSystemKey, SOURCE_DATE_EPOCH } from "./base.ts";
import { makeDirectory } from "./controller-cache.ts";
import { type RootLayer, writeRootLayer } from "./root-layer.ts";
import { downloadWheels } from "./wheels.ts";

/** A root file system as the layer of an image, compressed in the cache. */
export interface RootFileSystemArchive extends RootLayer {
  readonly path: string;
  /** Of the compressed file. */
  readonly bytes: number;
}

export interface Making {
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/** Debian's name of an architecture by `uname -m`. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "armhf",
  riscv64: "riscv64",
};

/** Debian's name for what `uname -m` prints. Throws `UserError` where there is none. */
export function debianArchitecture(machine: string): string {
  const name = architectures[machine];
  if (name !== undefined) return name;
  throw new UserError(`no base can be made for the architecture ${machine}`, { remedy: "use an image base of kind registry" });
}

/**
 * A Debian root file system made by mmdebstrap on this machine, or the cached one of the same description: equal bytes for equal packages.
 * Throws `UserError` when mmdebstrap is missing or fails.
 */
export async function rootFileSystemOf(
  wanted: RootFileSystem,
  architecture: string,
  making: Making,
): Promise<RootFileSystemArchive> {
  const directory = join(cacheDirectory(), "bases", rootFileSystemKey(wanted, architecture));
  return await withLock(directory, { signal: making.signal }, async () => {
    const cached = await readCached(directory);
    if (cached !== undefined) return cached;
    await requireProgram("mmdebstrap");
    await makeDirectory(directory, (temporary) => makeIn(temporary, wanted, architecture, making));
    const made = await readCached(directory);
    if (made === undefined) throw new Error(`the base just made vanished from ${directory}`);
    return made;
  });
}

async function readCached(directory: string): Promise<RootFileSystemArchive | undefined> {
  const name = (await readdir(directory).catch(() => [])).find((file) => file.startsWith("layer.tar"));
  if (name === undefined) return undefined;
  const path = join(directory, name);
  const layer = JSON.parse(await readFile(join(directory, "layer.json"), "utf8")) as RootLayer;
  return { ...layer, path, bytes: (await stat(path)).size };
}

async function makeIn(directory: string, wanted: RootFileSystem, architecture: string, making: Making): Promise<void> {
  const tar = join(directory, "root.tar");
  const wheels = wanted.wheels === undefined ? undefined : await downloadWheels(directory, wanted, architecture, making);
  await debootstrap(tar, wanted, mmdebstrapOptions(wanted, architecture, wheels), making);
  if (wheels !== undefined) await rm(wheels, { recursive: true });
  making.progress("compressing the base");
  const layer = await writeRootLayer(tar, join(directory, "layer"), making.signal);
  await writeFile(join(directory, "layer.json"), `${JSON.stringify(layer)}\n`);
  await rm(tar);
}

async function debootstrap(tar: string, wanted: RootFileSystem, options: readonly string[], making: Making): Promise<void> {
  const mirror = wanted.mirror === undefined ? [] : [wanted.mirror];
  const environment = { ...process.env, SOURCE_DATE_EPOCH: String(SOURCE_DATE_EPOCH), LC_ALL: "C.UTF-8" };
  const { $, ProcessOutput } = await import("zx");
  const child = $({
    quiet: true,
    signal: making.signal,
    env: environment,
  })`mmdebstrap ${options} ${wanted.suite} ${tar} ${mirror}`;
  child.stderr.on("data", (chunk: Buffer) => {
    const line = /^I: (.+)$/m.exec(chunk.toString())?.[1];
    if (line !== undefined) making.progress(`base ${wanted.suite}: ${line.slice(0, 100)}`);
  });
  try {
    await child;
  } catch (error) {
    making.signal.throwIfAborted();
    if (!(error instanceof ProcessOutput)) throw error;
    const reasons = error.stderr.split("\n").filter((line) => /^[EW]: /.test(line));
    const full = /no space left on device/i.test(error.stderr);
    throw new UserError(`mmdebstrap could not make a ${wanted.suite} base:\n${reasons.slice(-6).join("\n")}`, {
      remedy: full
        ? "free some space in /tmp, or set TMPDIR to another disk"
        : "check the suite and the mirror of this image in the matrix, and that the mirror can be reached from here",
      cause: error,
    });
  }
}

async function requireProgram(program: string): Promise<void> {
  const { which } = await import("zx");
  if ((await which(program, { nothrow: true })) !== null) return;
  throw new UserError(`${program} is not installed on this machine; it makes the image base`, {
    remedy: `install it (\`apt-get install ${program}\`), or use an image base of kind registry in the matrix`,
  });
}
