import { extlinux, grubMkconfig, piBoot } from "./command-line-files.ts";
import type { Distribution } from "./distribution.ts";
import { apk } from "./packages/apk.ts";
import { openrc } from "./packages/openrc.ts";

/** Unified is OpenRC's default since 0.51; before, and to be sure, it is said. Without the last, at the next boot. */
const UNIFIED = [
  `sed -i '/^rc_cgroup_mode=/d' /etc/rc.conf && echo 'rc_cgroup_mode="unified"' >>/etc/rc.conf`,
  "rc-update add cgroups default",
  "rc-service cgroups restart",
] as const;

export const alpine: Distribution = {
  name: "alpine",
  label: "Alpine Linux",
  packages: apk,
  services: openrc,
  cgroup: { enable: UNIFIED, memory: UNIFIED },
  commandLine: [extlinux, grubMkconfig, piBoot],
  // `6.12.69-0-lts` is the flavour lts: package linux-lts.
  kernelPackages: (installed, kernel) => installed.filter((name) => name === `linux-${kernel.split("-").at(-1)}`),
};
