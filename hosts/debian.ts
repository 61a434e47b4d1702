import { grub } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { DEBIAN_META, debianKernels } from "./kernel-packages.ts";
import { apt } from "./packages/apt.ts";
import { systemd } from "./packages/systemd.ts";
import { systemdCgroup } from "./systemd-cgroup.ts";

export const debian: Distribution = {
  name: "debian",
  label: "Debian",
  packages: apt,
  services: systemd,
  cgroup: systemdCgroup,
  commandLine: [grub],
  kernelPackages: (installed, kernel) => debianKernels(installed, kernel, DEBIAN_META),
};
