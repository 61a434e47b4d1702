import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { UserError } from "../errors.ts";
import { controllerArchitecture } from "./architecture.ts";
import { findFirmware } from "./firmware.ts";
import type { Boot } from "./schema.ts";

export interface LabPrerequisite {
  readonly name: string;
  readonly command: string;
  readonly debianPackage: string;
  /** Path of the command; absent when it is missing. */
  readonly found?: string;
}

/** System tools are often outside a user's PATH. */
const SYSTEM_DIRECTORIES = ["/usr/sbin", "/sbin"];

/** What a disk with GRUB is made with. */
const GRUB_TOOLS: readonly Omit<LabPrerequisite, "found">[] = [
  { name: "partitioner", command: "sfdisk", debianPackage: "fdisk" },
  { name: "FAT tools", command: "mkfs.vfat", debianPackage: "dosfstools" },
  { name: "FAT copier", command: "mcopy", debianPackage: "mtools" },
];

/** Everything that lab machines need on the controller, with what was found. */
async function labPrerequisites(boot: Boot): Promise<readonly LabPrerequisite[]> {
  const architecture = controllerArchitecture();
  const wanted: readonly Omit<LabPrerequisite, "found">[] = [
    { name: "QEMU", command: architecture.qemu, debianPackage: architecture.debianPackage },
    { name: "QEMU disk tool", command: "qemu-img", debianPackage: "qemu-utils" },
    { name: "Debian root file system builder", command: "mmdebstrap", debianPackage: "mmdebstrap" },
    { name: "ext4 tools", command: "mkfs.ext4", debianPackage: "e2fsprogs" },
    { name: "tar", command: "tar", debianPackage: "tar" },
    { name: "SSH key generator", command: "ssh-keygen", debianPackage: "openssh-client" },
    ...(boot === "grub" ? GRUB_TOOLS : []),
  ];
  return Promise.all(
    wanted.map(async (one) => {
      const found = await findCommand(one.command);
      return found === undefined ? one : { ...one, found };
    }),
  );
}

/** Throws one `UserError` that names everything missing and the command that installs it. */
export async function requirePrerequisites(boot: Boot = "direct"): Promise<void> {
  if (boot === "grub") await findFirmware();
  const missing = (await labPrerequisites(boot)).filter((one) => one.found === undefined);
  if (missing.length === 0) return;
  throw new UserError(`lab machines need ${missing.map((one) => `${one.name} (${one.command})`).join(", ")} on the controller`, {
    remedy: `apt-get install ${missing.map((one) => one.debianPackage).join(" ")}`,
  });
}

/** PATH with the system directories, for the tools that are started. */
export function toolPath(): string {
  const own = (process.env.PATH ?? "").split(delimiter);
  return [...own, ...SYSTEM_DIRECTORIES.filter((directory) => !own.includes(directory))].join(delimiter);
}

async function findCommand(command: string): Promise<string | undefined> {
  for (const directory of toolPath().split(delimiter)) {
    const path = join(directory, command);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return path;
  }
  return undefined;
}
