import { aptBuilder } from "./apt-family.ts";

const KEYRING = "/usr/share/keyrings/pureos-archive-keyring.gpg";

/** PureOS calls a release by its code name: byzantium is 10, crimson is 11. Its kernels are Debian's. */
export const pureos = aptBuilder({
  distribution: "pureos",
  label: "PureOS",
  suites: { "10": "byzantium", "10.0": "byzantium", "11": "crimson", "11.0": "crimson" },
  kernel: { amd64: "linux-image-amd64", arm64: "linux-image-arm64" },
  packages: ["pureos-archive-keyring"],
  tools: [
    {
      name: "PureOS' keys",
      command: KEYRING,
      how: `take ${KEYRING} from the package pureos-archive-keyring of a PureOS system (dpkg -x works on any)`,
    },
  ],
  defaultMirror: async () => "https://repo.pureos.net/pureos",
  sources: (mirror, suite) =>
    [suite, `${suite}-updates`, `${suite}-security`].map((name) => `deb [signed-by=${KEYRING}] ${mirror} ${name} main`),
  options: [],
});
