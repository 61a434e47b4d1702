import { piBoot, piFirmware } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { debianKernels } from "./kernel-packages.ts";
import { apt } from "./packages/apt.ts";
import { systemd } from "./packages/systemd.ts";
import { systemdCgroup } from "./systemd-cgroup.ts";

/** Metapackages from Bookworm on; Bullseye's kernel and boot loader are one package each, without a version in the name. */
const META = /^(?:linux-(?:image|headers)-rpi-.*|raspi-firmware|raspberrypi-kernel(?:-headers)?|raspberrypi-bootloader)$/;

/** 64 bit says ID=debian; /etc/rpi-issue tells. */
export const raspberryPiOs: Distribution = {
  name: "raspberry-pi-os",
  label: "Raspberry Pi OS",
  packages: apt,
  services: systemd,
  cgroup: {
    enable: systemdCgroup.enable,
    // Downstream kernels only; it stands behind the device tree's cgroup_disable=memory and wins.
    memory: ["append cgroup_enable=memory to the one line of /boot/firmware/cmdline.txt (Bullseye: /boot/cmdline.txt), reboot"],
  },
  commandLine: [piFirmware, piBoot],
  kernelPackages: (installed, kernel) => debianKernels(installed, kernel, META),
};
