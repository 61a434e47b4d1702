import type { DistributionName } from "../schema.ts";

/** A repository of a maker's own, for what a distribution does not have or has too old. */
interface Vendor {
  /** The abstract package, or the device. */
  readonly need: string;
  readonly distribution: DistributionName;
  /** Code names; absent means every release. */
  readonly releases?: readonly string[];
  readonly remedy: string;
}

/** Docker's documented steps; distrobench then finds docker-ce in the index and installs it by itself. */
function dockerRepository(tree: "debian" | "ubuntu", suite: string): string {
  const url = `https://download.docker.com/linux/${tree}`;
  return (
    `add Docker's own repository on the host, then run this again (docker-ce is taken from it): ` +
    `install -m 0755 -d /etc/apt/keyrings && curl -fsSL ${url}/gpg -o /etc/apt/keyrings/docker.asc && ` +
    `echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] ${url} ${suite} stable" ` +
    `>/etc/apt/sources.list.d/docker.list && apt-get update`
  );
}

/**
 * Docker has no tree for Raspberry Pi OS (64 bit) and PureOS: both use Debian's, PureOS under the suite of its base.
 * Raspberry Pi packages Hailo's driver and library for Trixie; the sets for Hailo-8 and Hailo-10H exclude each other.
 */
const VENDORS: readonly Vendor[] = [
  { need: "docker", distribution: "debian", releases: ["bullseye"], remedy: dockerRepository("debian", "bullseye") },
  { need: "docker", distribution: "debian", releases: ["bookworm"], remedy: dockerRepository("debian", "bookworm") },
  { need: "docker", distribution: "raspberry-pi-os", releases: ["bullseye"], remedy: dockerRepository("debian", "bullseye") },
  { need: "docker", distribution: "raspberry-pi-os", releases: ["bookworm"], remedy: dockerRepository("debian", "bookworm") },
  { need: "docker", distribution: "pureos", releases: ["byzantium"], remedy: dockerRepository("debian", "bullseye") },
  { need: "docker", distribution: "pureos", releases: ["crimson"], remedy: dockerRepository("debian", "bookworm") },
  { need: "docker", distribution: "ubuntu", releases: ["jammy"], remedy: dockerRepository("ubuntu", "jammy") },
  { need: "docker", distribution: "ubuntu", releases: ["noble"], remedy: dockerRepository("ubuntu", "noble") },
  {
    need: "hailo-10h",
    distribution: "raspberry-pi-os",
    releases: ["trixie"],
    remedy: "apt-get install dkms && apt-get install hailo-h10-all (not together with hailo-all), then reboot",
  },
  {
    need: "hailo-10h",
    distribution: "raspberry-pi-os",
    releases: ["bookworm", "bullseye"],
    remedy:
      "Raspberry Pi supports the AI HAT+ 2 on Trixie only: use Raspberry Pi OS Trixie, or Hailo's own 5.x packages from its developer zone",
  },
  {
    need: "hailo-8",
    distribution: "raspberry-pi-os",
    releases: ["trixie", "bookworm"],
    remedy: "apt-get install dkms && apt-get install hailo-all (not together with hailo-h10-all), then reboot",
  },
  {
    need: "hailo-10h",
    distribution: "ubuntu",
    remedy:
      "build Hailo's driver from hailort-drivers (linux/pcie: make all && make install_dkms, download_firmware_hailo10h.sh) for linux-headers-$(uname -r), and HailoRT of the same version",
  },
  {
    need: "hailo-10h",
    distribution: "alpine",
    remedy:
      "build Hailo's driver against the kernel's -dev package, and run HailoRT in a Debian container that gets the device node",
  },
];

/** What to do on a host for something its distribution lacks; `undefined` where no vendor's way is known. */
export function vendorRemedy(distribution: DistributionName, release: string, need: string): string | undefined {
  const fits = (vendor: Vendor) =>
    vendor.need === need && vendor.distribution === distribution && (vendor.releases?.includes(release) ?? true);
  return VENDORS.find(fits)?.remedy;
}
