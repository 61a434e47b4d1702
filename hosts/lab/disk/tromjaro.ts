import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { architectureOf } from "../architecture.ts";
import { runLocal } from "../local-process.ts";
import type { BuildSurroundings, DiskBuilder, DiskRecipe, DiskRequest } from "./builder.ts";
import { EPOCH, fileDigests, GUEST } from "./guest-files.ts";
import { explainMirror } from "./mirror-faults.ts";
import { refuseGrub } from "./refuse-grub.ts";
import { rootCommand } from "./root-command.ts";

const SCRIPT = join(import.meta.dirname, "tromjaro.sh");
const MIRROR = "https://mirrors2.manjaro.org";
/** Where Debian's pacman-key looks for them. */
const KEYS = "/usr/share/keyrings";
/** A kernel series of long support; Manjaro's kernels carry their series in the name. */
const KERNEL = "linux612";
const MACHINE_PACKAGES = [
  ...["archlinux-keyring", "base", "ca-certificates", "e2fsprogs", "iproute2", "kmod"],
  ...[KERNEL, "lsb-release", "manjaro-keyring", "manjaro-release", "mkinitcpio", "openssh"],
];

/** Manjaro, which Tromjaro is made of, by pacstrap(8) with the pacman that Debian has. */
export const tromjaro: DiskBuilder = {
  tools: [
    { name: "pacman", command: "pacman", debianPackage: "pacman-package-manager" },
    { name: "pacstrap", command: "pacstrap", debianPackage: "arch-install-scripts" },
    { name: "pacman-key's parts", command: "/usr/share/makepkg/util/parseopts.sh", debianPackage: "makepkg" },
    { name: "Arch's keys", command: `${KEYS}/archlinux.gpg`, debianPackage: "archlinux-keyring" },
    { name: "namespaces", command: "unshare", debianPackage: "util-linux" },
    {
      name: "Manjaro's keys",
      command: `${KEYS}/manjaro.gpg`,
      how: `copy manjaro.gpg, manjaro-trusted and manjaro-revoked from the package manjaro-keyring to ${KEYS}`,
    },
  ],
  recipe,
  build,
};

async function recipe(request: DiskRequest): Promise<DiskRecipe> {
  refuseGrub(request);
  if (request.release !== "rolling")
    throw new UserError(`Tromjaro has no releases, "${request.release}" is asked for`, {
      remedy: "write release: rolling for the host in the matrix",
    });
  if (request.architecture !== "amd64")
    throw new UserError("Tromjaro is made for amd64 only", { remedy: "leave architecture: out for the host in the matrix" });
  return {
    distribution: "tromjaro",
    release: request.release,
    architecture: request.architecture,
    packages: [...new Set([...MACHINE_PACKAGES, ...request.packages])].sort(),
    mirror: (request.mirror ?? MIRROR).replace(/\/$/, ""),
    options: [await readFile(SCRIPT, "utf8")],
    files: await fileDigests(GUEST),
    epoch: EPOCH,
  };
}

async function build(
  recipe: DiskRecipe,
  rootTar: string,
  { directory, environment, signal, step }: BuildSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const files = archFiles(recipe);
  try {
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
    step("installing packages");
    const [program = "", ...words] = archCommand(recipe, directory, await readFile(SCRIPT, "utf8"));
    await runLocal(program, words, { environment, signal, stdoutFile: rootTar });
    const text = await runLocal("tar", ["--extract", "--to-stdout", "--file", rootTar, "./root/packages"]);
    return Object.fromEntries(text.split("\n").flatMap((line) => pair(line)));
  } catch (error) {
    throw explainMirror(error, "Tromjaro", recipe.mirror ?? MIRROR);
  } finally {
    await Promise.all(Object.keys(files).map((name) => rm(join(directory, name), { force: true })));
  }
}

/** The program that makes the root file system, with its arguments. */
export function archCommand(recipe: DiskRecipe, directory: string, script: string): string[] {
  const words = [join(directory, "pacman.conf"), join(directory, "mirrorlist"), GUEST, ...recipe.packages];
  return [...rootCommand(), "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "tromjaro", ...words];
}

/** Text by name of the files that pacman reads: the build's configuration, and where the guest finds its packages. */
export function archFiles({ mirror, architecture }: DiskRecipe): { readonly "pacman.conf": string; readonly mirrorlist: string } {
  const server = `Server = ${mirror}/stable/$repo/$arch`;
  const options = [
    `Architecture = ${architectureOf(architecture).kernelName}`,
    "GPGDir = @KEYS@",
    "SigLevel = Required DatabaseOptional",
  ];
  const repositories = ["core", "extra"].map((name) => `\n[${name}]\n${server}\n`);
  return { "pacman.conf": `[options]\n${options.join("\n")}\n${repositories.join("")}`, mirrorlist: `${server}\n` };
}

function pair(line: string): [string, string][] {
  const [name, version] = line.trim().split(" ");
  return name === undefined || version === undefined ? [] : [[name, version]];
}
