import { aptBuilder } from "./apt-family.ts";

const KEYRING = "/usr/share/keyrings/ubuntu-archive-keyring.gpg";

/** Debian 12 has no such package. */
const HOW = `on Debian 12 take ${KEYRING} from the package ubuntu-keyring of Debian 13 (dpkg -x)`;

/** The seed is read through QEMU's firmware device, whose module is not among those of Ubuntu's virtual kernel up to 24.04. */
const FIRMWARE_DEVICE = [
  '--customize-hook=chroot "$1" sh -ec \'cd /lib/modules; for kernel in *; do',
  'find "$kernel" -name "qemu_fw_cfg.ko*" | grep -q . || apt-get -y install "linux-modules-extra-$kernel"; done\'',
].join(" ");

/** Docker and Podman are in universe. Security updates are on every mirror in a suite of their own. */
export const ubuntu = aptBuilder({
  distribution: "ubuntu",
  label: "Ubuntu",
  suites: { "22.04": "jammy", "24.04": "noble", "26.04": "resolute" },
  kernel: { amd64: "linux-image-virtual", arm64: "linux-image-virtual" },
  // There apt is no required package, and a minimal base has none.
  packages: ["apt", "ubuntu-keyring"],
  tools: [{ name: "Ubuntu's keys", command: KEYRING, debianPackage: "ubuntu-keyring", how: HOW }],
  defaultMirror: async (architecture) =>
    architecture === "amd64" ? "http://archive.ubuntu.com/ubuntu" : "http://ports.ubuntu.com/ubuntu-ports",
  sources: (mirror, suite) =>
    [suite, `${suite}-updates`, `${suite}-security`].map((name) => `deb [signed-by=${KEYRING}] ${mirror} ${name} main universe`),
  options: [FIRMWARE_DEVICE],
});
