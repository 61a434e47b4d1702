import { grub } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { DEBIAN_META, debianKernels } from "./kernel-packages.ts";
import { apt } from "./packages/apt.ts";
import { systemd } from "./packages/systemd.ts";
import { systemdCgroup } from "./systemd-cgroup.ts";

/** Debian underneath: byzantium is 11, crimson is 12. Its os-release has no ID_LIKE. */
export const pureos: Distribution = {
  name: "pureos",
  label: "PureOS",
  packages: apt,
  services: systemd,
  cgroup: systemdCgroup,
  commandLine: [grub],
  kernelPackages: (installed, kernel) => debianKernels(installed, kernel, DEBIAN_META),
};
