import type { DistributionName } from "../../hosts/schema.ts";

/** What a system is known by: files by path; an empty text means that there is no such file. */
export interface Identity {
  readonly distribution: DistributionName;
  readonly files: Readonly<Record<string, string>>;
  /** What stands below /proc/device-tree, which an emulated PC has not. */
  readonly deviceTree?: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

const osRelease = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([key, value]) => `${key}="${value}"\n`)
    .join("");

const debian = { PRETTY_NAME: "Debian GNU/Linux 13 (trixie)", NAME: "Debian GNU/Linux", VERSION_ID: "13", ID: "debian" };

/** Texts as in facts/distros.md 1.1, with the sources named there. */
export const identities: readonly Identity[] = [
  {
    distribution: "ubuntu",
    files: {
      "/etc/os-release": osRelease({
        ...{ PRETTY_NAME: "Ubuntu 24.04.3 LTS", NAME: "Ubuntu", VERSION_ID: "24.04" },
        ...{ VERSION_CODENAME: "noble", ID: "ubuntu", ID_LIKE: "debian" },
      }),
    },
    names: ["noble", "24.04"],
  },
  {
    distribution: "pureos",
    files: {
      "/etc/os-release": osRelease({
        PRETTY_NAME: "PureOS",
        NAME: "PureOS",
        VERSION_ID: "11.0",
        VERSION_CODENAME: "crimson",
        ID: "pureos",
      }),
    },
    names: ["crimson", "11.0"],
  },
  {
    distribution: "raspberry-pi-os",
    files: {
      "/etc/os-release": osRelease({ ...debian, VERSION_CODENAME: "trixie" }),
      "/etc/rpi-issue":
        "Raspberry Pi reference 2025-10-01\nGenerated using pi-gen, https://github.com/RPi-Distro/pi-gen, 0000000, stage2\n",
    },
    deviceTree: { model: "Raspberry Pi 5 Model B Rev 1.0\0" },
    names: ["trixie", "13"],
  },
  {
    distribution: "tromjaro",
    files: {
      "/etc/os-release": osRelease({
        NAME: "Manjaro Linux",
        ID: "manjaro",
        ID_LIKE: "arch",
        BUILD_ID: "rolling",
        PRETTY_NAME: "Manjaro Linux",
      }),
      "/etc/lsb-release": "DISTRIB_ID=ManjaroLinux\nDISTRIB_RELEASE=25.0.10\n",
    },
    names: ["rolling", "25.0.10"],
  },
  {
    distribution: "debian",
    files: { "/etc/os-release": osRelease({ ...debian, VERSION_CODENAME: "trixie" }) },
    names: ["trixie", "13"],
  },
];
