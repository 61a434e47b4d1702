import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDpkgStatus } from "../../packages/dpkg-status.ts";
import type { DistributionName } from "../../schema.ts";
import { quote } from "../../sh.ts";
import { type ArchitectureName, architectureOf, isForeign } from "../architecture.ts";
import { runLocal } from "../local-process.ts";
import type { LabTool } from "../prerequisites.ts";
import type { BuildSurroundings, DiskBuilder, DiskRecipe, DiskRequest } from "./builder.ts";
import { EPOCH, fileDigests, GUEST, GUEST_GRUB } from "./guest-files.ts";
import { explainMirror } from "./mirror-faults.ts";
import { refuseGrub } from "./refuse-grub.ts";

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
];

/** What makes a machine boot like one with a disk of its own: boot loader, its tools, and the hooks of kernel packages. */
const GRUB_PACKAGES = ["grub-efi-amd64", "grub2-common"];

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

/** What differs between Debian and what is made of it. */
export interface AptFamily {
  readonly distribution: DistributionName;
  readonly label: string;
  /** Code names by the numbers that people use; any other release is taken as a code name. */
  readonly suites: Readonly<Record<string, string>>;
  readonly kernel: Readonly<Partial<Record<ArchitectureName, string>>>;
  /** Further packages of every machine. */
  readonly packages: readonly string[];
  readonly tools: readonly LabTool[];
  /** Where packages come from when the matrix does not say; null leaves it to mmdebstrap. */
  defaultMirror(architecture: ArchitectureName): Promise<string | null>;
  /** Lines of sources.list(5); absent where mmdebstrap knows them for the mirror and suite. */
  sources?(mirror: string, suite: string): readonly string[];
  /** Further options of mmdebstrap. */
  readonly options: readonly string[];
  /** Throws `UserError` for what there is no such system of. */
  refuse?(request: DiskRequest): void;
}

/** A builder over mmdebstrap(1). */
export function aptBuilder(family: AptFamily): DiskBuilder {
  return {
    tools: family.tools,
    recipe: (request) => recipe(family, request),
    build: (disk, rootTar, surroundings) => build(family, disk, rootTar, surroundings),
  };
}

async function recipe(family: AptFamily, request: DiskRequest): Promise<DiskRecipe> {
  family.refuse?.(request);
  // UEFI firmware is looked for on amd64 only, and the boot partition is laid out as Debian's GRUB wants it.
  if (family.distribution !== "debian" || request.architecture !== "amd64") refuseGrub(request);
  const grub = request.boot === "grub" ? GRUB_PACKAGES : [];
  const release = family.suites[request.release] ?? request.release;
  const mirror = request.mirror ?? (await family.defaultMirror(request.architecture));
  const kernel = family.kernel[request.architecture] ?? [];
  const sources = mirror === null ? undefined : family.sources?.(mirror, release);
  return {
    distribution: family.distribution,
    release,
    architecture: request.architecture,
    packages: [...new Set([...MACHINE_PACKAGES, ...grub, ...family.packages, ...request.packages].concat(kernel))].sort(),
    mirror,
    ...(sources === undefined ? {} : { sources }),
    options: [...OPTIONS, ...family.options],
    files: await fileDigests(GUEST, ...(grub.length > 0 ? [GUEST_GRUB] : [])),
    epoch: EPOCH,
    ...(grub.length > 0 ? { boot: "grub" as const } : {}),
  };
}

async function build(
  family: AptFamily,
  recipe: DiskRecipe,
  rootTar: string,
  { directory, environment, signal, step }: BuildSurroundings,
): Promise<Readonly<Record<string, string>>> {
  const status = join(directory, "dpkg-status");
  const onLine = (line: string): void => {
    const text = /^I: (.+?)\.*$/.exec(line)?.[1];
    if (text !== undefined && !text.includes("/")) step(text);
  };
  await runLocal("mmdebstrap", mmdebstrapArguments(recipe, { rootTar, status, guestFiles: GUEST, grubFiles: GUEST_GRUB }), {
    environment: { ...environment, SOURCE_DATE_EPOCH: String(recipe.epoch) },
    signal,
    onLine,
  }).catch((error: unknown) => {
    throw explainMirror(error, `${family.label} ${recipe.release}`, recipe.mirror ?? "deb.debian.org");
  });
  return parseDpkgStatus(await readFile(status, "utf8"));
}

/** Arguments of mmdebstrap(1). Its hooks are shell; `copy-in` and `download` are its own words, which work with and without root. */
export function mmdebstrapArguments(
  recipe: DiskRecipe,
  paths: { readonly rootTar: string; readonly status: string; readonly guestFiles: string; readonly grubFiles: string },
): string[] {
  const own = recipe.mirror === null ? [] : [recipe.mirror];
  return [
    "--mode=auto",
    "--format=tar",
    ...(isForeign(architectureOf(recipe.architecture)) ? [`--architectures=${recipe.architecture}`] : []),
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
    ...(recipe.sources ?? own),
  ];
}
