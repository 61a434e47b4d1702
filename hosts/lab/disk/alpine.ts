import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { architectureOf } from "../architecture.ts";
import { runLocal } from "../local-process.ts";
import type { BuildSurroundings, DiskBuilder, DiskRecipe, DiskRequest } from "./builder.ts";
import { EPOCH, fileDigests, GUEST, GUEST_OPENRC } from "./guest-files.ts";
import { explainMirror } from "./mirror-faults.ts";
import { fileDigest } from "./pack.ts";
import { refuseGrub } from "./refuse-grub.ts";
import { rootCommand } from "./root-command.ts";

const SCRIPT = join(import.meta.dirname, "alpine.sh");
const MIRROR = "https://dl-cdn.alpinelinux.org/alpine";
const MACHINE_PACKAGES = ["alpine-base", "ca-certificates", "e2fsprogs", "kmod", "linux-virt", "mkinitfs", "openrc", "openssh"];

/** Alpine's mini root file system, filled by its own apk. */
export const alpine: DiskBuilder = {
  tools: [
    { name: "curl", command: "curl", debianPackage: "curl" },
    { name: "namespaces", command: "unshare", debianPackage: "util-linux" },
  ],
  // Its initrd loads no file system by itself.
  bootArguments: ["modules=virtio_pci,virtio_blk,ext4", "rootfstype=ext4"],
  recipe,
  build,
};

async function recipe(request: DiskRequest): Promise<DiskRecipe> {
  refuseGrub(request);
  const release = request.release.replace(/^v/, "");
  if (!/^\d+\.\d+(\.\d+)?$/.test(release))
    throw new UserError(`Alpine has no release "${request.release}"`, { remedy: 'write a number such as release: "3.22"' });
  const { "seed.sh": seed = "" } = await fileDigests(GUEST);
  return {
    distribution: "alpine",
    release,
    architecture: request.architecture,
    packages: [...new Set([...MACHINE_PACKAGES, ...request.packages])].sort(),
    mirror: (request.mirror ?? MIRROR).replace(/\/$/, ""),
    options: [await readFile(SCRIPT, "utf8")],
    files: { ...(await fileDigests(GUEST_OPENRC)), "seed.sh": seed },
    epoch: EPOCH,
  };
}

async function build(
  recipe: DiskRecipe,
  rootTar: string,
  surroundings: BuildSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const { directory, environment, signal, step } = surroundings;
  const commands = alpineCommands(recipe, directory, await readFile(SCRIPT, "utf8"));
  const options = { environment, signal };
  try {
    await mkdir(directory, { recursive: true });
    step("finding the release");
    await runLocal("curl", commands.index, options);
    const mini = newestMini(await readFile(join(directory, "releases.yaml"), "utf8"), recipe.release);
    step(`downloading ${mini.file}`);
    await runLocal("curl", commands.download(mini.file), options);
    await verify(join(directory, "mini.tar.gz"), mini);
    step("installing packages");
    const [program = "", ...words] = commands.install;
    await runLocal(program, words, { ...options, stdoutFile: rootTar });
    return await installed(rootTar);
  } catch (error) {
    throw explainMirror(error, `Alpine ${recipe.release}`, recipe.mirror ?? MIRROR);
  } finally {
    await Promise.all(["releases.yaml", "mini.tar.gz"].map((file) => rm(join(directory, file), { force: true })));
  }
}

export interface AlpineCommands {
  /** Arguments of curl for the list of a release's files. */
  readonly index: readonly string[];
  /** Arguments of curl for the mini root file system. */
  download(file: string): readonly string[];
  /** The program that makes the root file system, with its arguments. */
  readonly install: readonly string[];
}

export function alpineCommands(recipe: DiskRecipe, directory: string, script: string): AlpineCommands {
  const branch = recipe.release.split(".").slice(0, 2).join(".");
  const { kernelName } = architectureOf(recipe.architecture);
  const repository = `${recipe.mirror}/v${branch}`;
  const releases = `${repository}/releases/${kernelName}`;
  const words = [join(directory, "mini.tar.gz"), repository, GUEST, GUEST_OPENRC, ...recipe.packages];
  return {
    index: fetchArguments(`${releases}/latest-releases.yaml`, join(directory, "releases.yaml")),
    download: (file) => fetchArguments(`${releases}/${file}`, join(directory, "mini.tar.gz")),
    install: [...rootCommand(), "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "alpine", ...words],
  };
}

/** Gives up within seconds where nobody answers, and on a transfer that stands still. */
function fetchArguments(address: string, file: string): string[] {
  const patience = ["--connect-timeout", "10", "--speed-limit", "1000", "--speed-time", "20"];
  return ["--fail", "--silent", "--show-error", "--location", ...patience, "--output", file, address];
}

const releaseFiles = z.array(z.object({ flavor: z.string(), version: z.string(), file: z.string(), sha256: z.string() }));
export type MiniRoot = z.output<typeof releaseFiles>[number];

/** The mini root file system in a mirror's `latest-releases.yaml`, with the checksum that the release itself states. */
export function newestMini(text: string, release: string): MiniRoot {
  // As text: a checksum of digits only is no number.
  const mini = releaseFiles
    .safeParse(parse(text, { schema: "failsafe" }))
    .data?.find(({ flavor }) => flavor === "alpine-minirootfs");
  if (mini === undefined) throw new UserError(`Alpine ${release}: the mirror's list of files names no mini root file system`);
  // Packages come from the branch anyway, which keeps only their newest builds: an older point release can't be had.
  if (release.split(".").length < 3 || mini.version === release) return mini;
  throw new UserError(`Alpine ${release}: the mirror has ${mini.version} of this branch only`, {
    remedy: `write release: "${mini.version}", or the branch, "${release.split(".").slice(0, 2).join(".")}"`,
  });
}

async function verify(path: string, { file, sha256 }: MiniRoot): Promise<void> {
  const digest = await fileDigest(path);
  if (digest === sha256) return;
  throw new UserError(`${file} has the sha256 ${digest}, its release states ${sha256}`, {
    remedy: "try again later, or name another mirror: for the host in the matrix",
  });
}

async function installed(rootTar: string): Promise<Readonly<Record<string, string>>> {
  const text = await runLocal("tar", ["--extract", "--to-stdout", "--file", rootTar, "./root/packages"]);
  return parseApkInfo(text);
}

/** Lines `name-version` of `apk info --verbose`: a version starts with a digit and ends in -rN. */
export function parseApkInfo(text: string): Readonly<Record<string, string>> {
  const pairs = text.split("\n").flatMap((line) => {
    const match = /^(\S+)-(\d[^-\s]*-r\d+)$/.exec(line.trim());
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]] as const];
  });
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
