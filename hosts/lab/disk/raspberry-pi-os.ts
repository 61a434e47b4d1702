import { UserError } from "../../errors.ts";
import { aptBuilder } from "./apt-family.ts";
import { debianKernel } from "./debian.ts";
import { debianMirror } from "./debian-mirror.ts";

const DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";
const KEYRING = "/usr/share/keyrings/raspberrypi-archive-keyring.gpg";
const ARCHIVE = "http://archive.raspberrypi.com/debian";
/** What pi-gen writes, and what the system is known by; the date says that it is not one of its images. */
const ISSUE = "Raspberry Pi reference 2025-01-01\\nGenerated for a distrobench lab machine, not by pi-gen\\n";

/**
 * Raspberry Pi OS is Debian with an archive of its own on top. QEMU's board is no Raspberry Pi, so that the machine has Debian's
 * kernel: userland and packages are the real ones, firmware, device tree and kernel are not.
 */
export const raspberryPiOs = aptBuilder({
  distribution: "raspberry-pi-os",
  label: "Raspberry Pi OS",
  suites: { "12": "bookworm", "13": "trixie" },
  kernel: { arm64: debianKernel.arm64 },
  packages: ["raspberrypi-archive-keyring"],
  tools: [
    {
      name: "Raspberry Pi's keys",
      command: KEYRING,
      how: `take ${KEYRING} from the package raspberrypi-archive-keyring of a Raspberry Pi OS system (dpkg -x works on any)`,
    },
  ],
  defaultMirror: async () => (await debianMirror()) ?? "http://deb.debian.org/debian",
  sources: (mirror, suite) => [
    `deb [signed-by=${DEBIAN_KEYS}] ${mirror} ${suite} main`,
    `deb [signed-by=${KEYRING}] ${ARCHIVE} ${suite} main`,
  ],
  options: [`--customize-hook=printf '${ISSUE}' >"$1/etc/rpi-issue"`],
  refuse: ({ architecture }) => {
    if (architecture === "arm64") return;
    throw new UserError(`Raspberry Pi OS is made for arm64, a lab machine of ${architecture} is asked for`, {
      remedy: "write lab: { architecture: arm64 } for the host in the matrix",
    });
  },
});
