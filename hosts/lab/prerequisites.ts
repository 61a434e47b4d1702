import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../errors.ts";
import { type Architecture, isForeign } from "./architecture.ts";
import { findFirmware } from "./firmware.ts";
import type { Boot } from "./schema.ts";

/** A program or a file of the controller that making or running lab machines needs. */
export interface LabTool {
  readonly name: string;
  /** A program's name, or the absolute path of a file. */
  readonly command: string;
  /** Debian package that brings it; absent where Debian has none. */
  readonly debianPackage?: string;
  /** How to come to it where Debian has no package. */
  readonly how?: string;
}

/** System tools are often outside a user's PATH. */
const SYSTEM_DIRECTORIES = ["/usr/sbin", "/sbin"];

/** What a disk with GRUB is made with. */
const GRUB_TOOLS: readonly LabTool[] = [
  { name: "partitioner", command: "sfdisk", debianPackage: "fdisk" },
  { name: "FAT tools", command: "mkfs.vfat", debianPackage: "dosfstools" },
  { name: "FAT copier", command: "mcopy", debianPackage: "mtools" },
];

export function qemuTool({ qemu, debianPackage }: Architecture): LabTool {
  return { name: "QEMU", command: qemu, debianPackage };
}

/** What every lab machine of an architecture needs on the controller. */
export function commonTools(architecture: Architecture, boot: Boot): readonly LabTool[] {
  return [
    qemuTool(architecture),
    { name: "QEMU disk tool", command: "qemu-img", debianPackage: "qemu-utils" },
    { name: "Debian root file system builder", command: "mmdebstrap", debianPackage: "mmdebstrap" },
    { name: "ext4 tools", command: "mkfs.ext4", debianPackage: "e2fsprogs" },
    { name: "tar", command: "tar", debianPackage: "tar" },
    { name: "SSH key generator", command: "ssh-keygen", debianPackage: "openssh-client" },
    ...(boot === "grub" ? GRUB_TOOLS : []),
  ];
}

/** What building a disk of another architecture needs: its programs run while they are set up. */
export function foreignTools(architecture: Architecture): readonly LabTool[] {
  if (!isForeign(architecture)) return [];
  const { kernelName, name } = architecture;
  return [
    { name: `${name} program runner`, command: `qemu-${kernelName}-static`, debianPackage: "qemu-user-static" },
    {
      name: `the kernel's registration of ${name} programs`,
      command: `/proc/sys/fs/binfmt_misc/qemu-${kernelName}`,
      debianPackage: "binfmt-support",
      how: `mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc; update-binfmts --enable qemu-${kernelName}`,
    },
    { name: "architecture tester", command: "arch-test", debianPackage: "arch-test" },
  ];
}

/** Throws one `UserError` for what every lab machine needs and the controller lacks. */
export async function requirePrerequisites(architecture: Architecture, boot: Boot): Promise<void> {
  if (boot === "grub") await findFirmware();
  await requireTools(commonTools(architecture, boot));
}

/** Throws one `UserError` that names everything missing and the commands that bring it. */
export async function requireTools(tools: readonly LabTool[], who = "lab machines"): Promise<void> {
  const found = await Promise.all(tools.map(({ command }) => findTool(command)));
  const missing = tools.filter((_, index) => found[index] === undefined);
  if (missing.length === 0) return;
  const names = missing.map(({ name, command }) => `${name} (${command})`).join(", ");
  throw new UserError(`${who} need ${names} on the controller`, { remedy: toolRemedy(missing) });
}

/** The commands that bring missing tools. */
export function toolRemedy(missing: readonly LabTool[]): string {
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []))];
  const install = packages.length === 0 ? [] : [`apt-get install ${packages.join(" ")}`];
  return [...install, ...missing.flatMap(({ how }) => how ?? [])].join("; ");
}

/** PATH with the system directories, for the tools that are started. */
export function toolPath(): string {
  const own = (process.env.PATH ?? "").split(delimiter);
  return [...own, ...SYSTEM_DIRECTORIES.filter((directory) => !own.includes(directory))].join(delimiter);
}

/** Absolute path of a program or file; undefined when it is missing. */
async function findTool(command: string): Promise<string | undefined> {
  if (command.startsWith("/")) return (await allowed(command, constants.R_OK)) ? command : undefined;
  for (const directory of toolPath().split(delimiter)) {
    const path = join(directory, command);
    if (await allowed(path, constants.X_OK)) return path;
  }
  return undefined;
}

async function allowed(path: string, mode: number): Promise<boolean> {
  return await access(path, mode).then(
    () => true,
    () => false,
  );
}
