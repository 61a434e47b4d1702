import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { quote } from "../../sh.ts";
import { LocalProcessError, runLocal } from "../local-process.ts";
import type { BuildSurroundings, DiskBuilder, DiskRecipe, DiskRequest } from "./builder.ts";
import { debianMirror } from "./debian-mirror.ts";

const GUEST_FILES = join(import.meta.dirname, "guest");
const GRUB_FILES = join(import.meta.dirname, "guest-grub");

/** What makes it a machine; recommended packages are left out, so the ones really needed are here. */
const MACHINE_PACKAGES = [
  "ca-certificates",
  "dbus",
  "e2fsprogs",
  // Debian 14 prefers dracut, whose initrd runs a whole systemd: 90 s of a busy emulated boot instead of a few.
  "initramfs-tools",
  "iproute2",
  "kmod",
  "openssh-server",
  "procps",
  "systemd-sysv",
  "udev",
  ...(process.arch === "arm64" ? ["linux-image-arm64"] : ["linux-image-cloud-amd64"]),
];

/** What makes a machine boot like one with a disk of its own: boot loader, its tools, and the hooks of kernel packages. */
const GRUB_PACKAGES = ["grub-efi-amd64", "grub2-common"];

/** 2025-01-01: files newer than this get this time, so that equal packages make equal disks. */
const EPOCH = 1_735_689_600;

/** Before the kernel is installed: an initrd with what finds the root file system, half the size of the default one. */
const SMALL_INITRD = [
  'mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"',
  'echo MODULES=list > "$1/etc/initramfs-tools/conf.d/lab"',
  'printf "%s\\n" virtio_pci virtio_blk ext4 > "$1/usr/share/initramfs-tools/modules.d/lab"',
].join(" && ");

const OPTIONS = [
  "--variant=minbase",
  "--dpkgopt=path-exclude=/usr/share/man/*",
  "--dpkgopt=path-exclude=/usr/share/doc/*",
  "--dpkgopt=path-exclude=/usr/share/locale/*",
  '--aptopt=APT::Install-Recommends "false"',
  // A mirror's Release file may be past its date; signatures are still checked.
  '--aptopt=Acquire::Check-Valid-Until "false"',
  '--aptopt=Acquire::http::Timeout "15"',
  '--aptopt=Acquire::https::Timeout "15"',
  '--aptopt=Acquire::Retries "1"',
  `--essential-hook=${SMALL_INITRD}`,
];

export const debian: DiskBuilder = { recipe, build };

async function recipe(request: DiskRequest): Promise<DiskRecipe> {
  const grub = request.boot === "grub";
  if (grub && process.arch !== "x64")
    throw new UserError("lab machines that boot through GRUB are made on x64 controllers only", {
      remedy: "leave out `boot: grub`, or use a host with ssh:",
    });
  return {
    distribution: "debian",
    release: request.release,
    packages: [...new Set([...MACHINE_PACKAGES, ...(grub ? GRUB_PACKAGES : []), ...request.packages])].sort(),
    mirror: request.mirror ?? (await debianMirror()) ?? null,
    options: OPTIONS,
    files: { ...(await digests(GUEST_FILES)), ...(grub ? await digests(GRUB_FILES) : {}) },
    epoch: EPOCH,
    ...(grub ? { boot: "grub" as const } : {}),
  };
}

async function build(
  recipe: DiskRecipe,
  rootTar: string,
  { directory, environment, signal, step }: BuildSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const status = join(directory, "dpkg-status");
  const onLine = (line: string): void => {
    const text = /^I: (.+?)\.*$/.exec(line)?.[1];
    if (text !== undefined && !text.includes("/")) step(text);
  };
  await runLocal("mmdebstrap", mmdebstrapArguments(recipe, { rootTar, status, guestFiles: GUEST_FILES, grubFiles: GRUB_FILES }), {
    environment: { ...environment, SOURCE_DATE_EPOCH: String(recipe.epoch) },
    signal,
    onLine,
  }).catch((error: unknown) => {
    throw explain(error, recipe);
  });
  return parseDpkgStatus(await readFile(status, "utf8"));
}

/** Arguments of mmdebstrap(1). Its hooks are shell; `copy-in` and `download` are its own words, which work with and without root. */
export function mmdebstrapArguments(
  recipe: DiskRecipe,
  paths: { readonly rootTar: string; readonly status: string; readonly guestFiles: string; readonly grubFiles: string },
): string[] {
  return [
    "--mode=auto",
    "--format=tar",
    ...recipe.options,
    `--include=${recipe.packages.join(",")}`,
    `--customize-hook=copy-in ${quote(paths.guestFiles)} /root`,
    '--customize-hook=chroot "$1" sh /root/guest/systemd-setup.sh',
    ...(recipe.boot === "grub"
      ? [
          `--customize-hook=copy-in ${quote(paths.grubFiles)} /root`,
          '--customize-hook=chroot "$1" sh /root/guest-grub/grub-setup.sh',
        ]
      : []),
    `--customize-hook=download /var/lib/dpkg/status ${quote(paths.status)}`,
    recipe.release,
    paths.rootTar,
    ...(recipe.mirror === null ? [] : [recipe.mirror]),
  ];
}

/** Installed versions by package name, from /var/lib/dpkg/status. */
export function parseDpkgStatus(text: string): Readonly<Record<string, string>> {
  const entries = text.split("\n\n").flatMap((paragraph) => {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (.+)$/m.exec(paragraph)?.[1];
    const installed = /^Status: .* installed$/m.test(paragraph);
    return name !== undefined && version !== undefined && installed ? [[name, version] as const] : [];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function digests(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder)).sort();
  const pairs = names.map(async (name) => {
    const content = await readFile(join(folder, name));
    return [name, createHash("sha256").update(content).digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

/** What apt says when a mirror is at fault, and what it means. First match wins. */
const MIRROR_FAULTS: readonly (readonly [RegExp, string, string])[] = [
  [
    /404 +Not Found|does not have a Release file/i,
    "has no such release",
    "check `release:` and `mirror:` of the host in the matrix",
  ],
  [
    /resolving|Could not connect|Connection (failed|timed out|refused)|Network is unreachable|Unable to connect/i,
    "can't be reached",
    "check the network, or name a reachable `mirror:` for the host in the matrix",
  ],
  [/Unable to locate package/i, "lacks a package", "check `release:` and `packages:` of the host in the matrix"],
  [/NO_PUBKEY|not signed|invalid signature/i, "is not signed by a known key", "apt-get install debian-archive-keyring"],
  [/No space left on device/i, "was read, but the disk is full", "free some space, or point XDG_CACHE_HOME to another disk"],
];

function explain(error: unknown, recipe: DiskRecipe): unknown {
  if (!(error instanceof LocalProcessError)) return error;
  const text = error.lines.join("\n");
  const fault = MIRROR_FAULTS.find(([pattern]) => pattern.test(text));
  if (fault === undefined) return error;
  const telling = error.lines.find((line) => fault[0].test(line))?.trim() ?? "";
  return new UserError(`Debian ${recipe.release}: the mirror ${recipe.mirror ?? "deb.debian.org"} ${fault[1]}: ${telling}`, {
    remedy: fault[2],
    cause: error,
  });
}
