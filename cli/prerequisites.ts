import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FIRMWARE, labTools, type WantedMachine } from "../hosts/lab/index.ts";
import type { Environment } from "./context.ts";
import { capture } from "./process.ts";

/** What needs it: lab machines, those that boot through GRUB, image bases made of packages, images built over SSH, tests that look at an editor, the tests of this project. */
export type Need = "lab" | "grub" | "mmdebstrap" | "ssh" | "browser" | "test";

/** A program of the controller that distrobench starts. */
interface Prerequisite {
  readonly name: string;
  /** The executable looked for on PATH and in the system folders that only root has there. */
  readonly command: string;
  readonly versionArguments: readonly string[];
  /** Looked for instead of an executable: any of them will do. */
  readonly files?: readonly string[];
  readonly needs: readonly Need[];
  readonly why: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** What to do where, or beside what, Debian has no package for. */
  readonly how?: string;
}

const QEMU: Readonly<Record<string, { readonly command: string; readonly package: string }>> = {
  x64: { command: "qemu-system-x86_64", package: "qemu-system-x86" },
  arm64: { command: "qemu-system-aarch64", package: "qemu-system-arm" },
};
const qemu = QEMU[process.arch] ?? { command: `qemu-system-${process.arch}`, package: "qemu-system" };

const prerequisites: readonly Prerequisite[] = [
  {
    name: "QEMU",
    command: qemu.command,
    versionArguments: ["--version"],
    needs: ["lab", "test"],
    why: "runs lab machines",
    packages: [qemu.package],
  },
  {
    name: "qemu-img",
    command: "qemu-img",
    versionArguments: ["--version"],
    needs: ["lab", "test"],
    why: "makes the disks of lab machines",
    packages: ["qemu-utils"],
  },
  {
    name: "mmdebstrap",
    command: "mmdebstrap",
    versionArguments: ["--version"],
    needs: ["lab", "mmdebstrap", "test"],
    why: "makes Debian root file systems",
    packages: ["mmdebstrap", "debian-archive-keyring"],
  },
  {
    name: "mkfs.ext4",
    command: "mkfs.ext4",
    versionArguments: ["-V"],
    needs: ["lab", "test"],
    why: "makes the file systems of lab machines",
    packages: ["e2fsprogs"],
  },
  {
    name: "UEFI firmware",
    command: "OVMF",
    versionArguments: [],
    files: FIRMWARE.map(({ code }) => code),
    needs: ["grub", "test"],
    why: "starts lab machines that boot through GRUB",
    packages: ["ovmf"],
  },
  {
    name: "sfdisk",
    command: "sfdisk",
    versionArguments: ["--version"],
    needs: ["grub", "test"],
    why: "makes the partitions of lab machines that boot through GRUB",
    packages: ["fdisk"],
  },
  {
    name: "mkfs.vfat",
    command: "mkfs.vfat",
    versionArguments: ["--help"],
    needs: ["grub", "test"],
    why: "makes the partition that firmware starts GRUB from",
    packages: ["dosfstools"],
  },
  {
    name: "mcopy",
    command: "mcopy",
    versionArguments: ["--version"],
    needs: ["grub", "test"],
    why: "copies GRUB there without root",
    packages: ["mtools"],
  },
  {
    name: "ssh",
    command: "ssh",
    versionArguments: ["-V"],
    needs: ["lab", "ssh", "test"],
    why: "carries the Docker connection to the host that builds images",
    packages: ["openssh-client"],
  },
  {
    name: "sshd",
    command: "sshd",
    versionArguments: ["-V"],
    needs: ["test"],
    why: "is what the SSH transport is tested against",
    packages: ["openssh-server"],
  },
  {
    name: "Chromium",
    command: "chromium",
    versionArguments: ["--version"],
    needs: ["browser", "test"],
    why: "opens the editor of a developer's host; the report is checked in it",
    packages: ["chromium"],
  },
  {
    name: "Docker",
    command: "dockerd",
    versionArguments: ["--version"],
    needs: ["test"],
    why: "is what the stand-in for the docker plugin is tested against",
    packages: ["docker.io"],
  },
  {
    name: "shellcheck",
    command: "shellcheck",
    versionArguments: ["--version"],
    needs: ["test"],
    why: "checks the launchers",
    packages: ["shellcheck"],
  },
];

export type Finding =
  | { readonly prerequisite: Prerequisite; readonly state: "found"; readonly version: string; readonly path: string }
  | { readonly prerequisite: Prerequisite; readonly state: "missing" };

/** Looks for everything that is needed for one of the reasons. */
export async function findPrerequisites(
  needs: ReadonlySet<Need>,
  environment: Environment,
  machines: readonly WantedMachine[] = [],
): Promise<Finding[]> {
  const wanted = prerequisites.filter((prerequisite) => prerequisite.needs.some((need) => needs.has(need)));
  const known = new Set(wanted.map(({ command }) => command));
  const others = machines.flatMap(machinePrerequisites).filter(({ command }) => !known.has(command));
  const each = new Map([...wanted, ...others].map((prerequisite) => [prerequisite.command, prerequisite]));
  return await Promise.all([...each.values()].map((prerequisite) => find(prerequisite, environment)));
}

/** What a lab machine needs beside what all of them do: other processors, other package managers, keys. */
function machinePrerequisites(machine: WantedMachine): Prerequisite[] {
  return labTools(machine).map(({ name, command, debianPackage, how }) => ({
    name,
    command,
    versionArguments: ["--version"],
    needs: ["lab"],
    why: `is needed for lab machines of ${machine.distribution}`,
    packages: debianPackage === undefined ? [] : [debianPackage],
    ...(how === undefined ? {} : { how }),
    ...(command.startsWith("/") ? { files: [command] } : {}),
  }));
}

async function find(prerequisite: Prerequisite, environment: Environment): Promise<Finding> {
  if (prerequisite.files !== undefined) {
    const file = prerequisite.files.find((one) => existsSync(one));
    return file === undefined ? { prerequisite, state: "missing" } : { prerequisite, state: "found", version: "", path: file };
  }
  const path = which(prerequisite.command, environment);
  if (path === undefined) return { prerequisite, state: "missing" };
  const { stdout, stderr } = await capture(path, prerequisite.versionArguments, { environment });
  const version = /\d+(?:\.\d+)+[\w.+~-]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? "version unknown";
  return { prerequisite, state: "found", version, path };
}

/** Absolute path of a program. Users without root lack /sbin on PATH, where mkfs.ext4 and sshd are. */
export function which(command: string, environment: Environment): string | undefined {
  return [...(environment.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
