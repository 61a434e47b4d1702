import { grub } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { pacman } from "./packages/pacman.ts";
import { systemd } from "./packages/systemd.ts";
import { systemdCgroup } from "./systemd-cgroup.ts";

/** Manjaro's kernels carry their series in the name: 6.12.48-1-MANJARO is linux612. Arch's are linux, linux-lts and so on. */
const KERNEL = /^linux(?:\d+|-lts|-zen|-hardened|-rt)?(?:-rt)?(?:-headers)?$/;

/** Manjaro underneath, and Arch below that: any system like them counts. */
export const tromjaro: Distribution = {
  name: "tromjaro",
  label: "Tromjaro",
  packages: pacman,
  services: systemd,
  cgroup: systemdCgroup,
  commandLine: [grub],
  kernelPackages: (installed, kernel) => {
    const [major, minor] = kernel.split(".");
    // 6.1 is linux61, which is how linux612 begins.
    const series = new RegExp(`^linux${major}${minor}(?!\\d)`);
    const mine = (name: string) => (/-MANJARO/.test(kernel) ? series.test(name) : !/^linux\d/.test(name));
    return installed.filter((name) => KERNEL.test(name) && mine(name)).sort();
  },
};
