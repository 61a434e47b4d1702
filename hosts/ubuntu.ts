import { grub, piFirmware } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { debianKernels } from "./kernel-packages.ts";
import { apt } from "./packages/apt.ts";
import { systemd } from "./packages/systemd.ts";
import { systemdCgroup } from "./systemd-cgroup.ts";

const META =
  /^linux-(?:(?:image|headers|modules-extra)-)?(?:generic|virtual|lowlatency|raspi|aws|azure|gcp|oem)(?:-hwe)?(?:-[\d.a-z-]+)?$/;

export const ubuntu: Distribution = {
  name: "ubuntu",
  label: "Ubuntu",
  packages: apt,
  services: systemd,
  cgroup: systemdCgroup,
  // A Pi has the first; its GRUB file, where there is one, is not read.
  commandLine: [piFirmware, grub],
  kernelPackages: (installed, kernel) => debianKernels(installed, kernel, META),
};
