import { aptBuilder } from "./apt-family.ts";
import { debianMirror } from "./debian-mirror.ts";

export const debianKernel = { amd64: "linux-image-cloud-amd64", arm64: "linux-image-arm64" } as const;

export const debian = aptBuilder({
  distribution: "debian",
  label: "Debian",
  suites: {},
  kernel: debianKernel,
  packages: [],
  tools: [],
  defaultMirror: async () => (await debianMirror()) ?? null,
  options: [],
});
