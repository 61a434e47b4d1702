import type { DistributionName } from "../schema.ts";

/** Where Python 3.11, the study's version, comes from on a host. */
export interface PythonSource {
  /** `native`: the distribution's own package; `container`: an image made of Debian 12 brings it; `uv`: a build that uv installs. */
  readonly source: "native" | "container" | "uv";
  readonly how: string;
}

/** Releases whose own `python3` is 3.11: Debian 12 and what is made of it. */
const NATIVE: Readonly<Partial<Record<DistributionName, readonly string[]>>> = {
  debian: ["bookworm"],
  "raspberry-pi-os": ["bookworm"],
  pureos: ["crimson"],
};

/** The image is the same bytes everywhere, so it is the first choice; uv is for work outside of containers (glibc and musl builds). */
export function pythonSources(distribution: DistributionName, release: string): readonly PythonSource[] {
  const native: PythonSource = { source: "native", how: "the distribution's python3 is 3.11" };
  return [
    ...(NATIVE[distribution]?.includes(release) === true ? [native] : []),
    { source: "container", how: "an image with base: { mmdebstrap: bookworm } brings 3.11" },
    { source: "uv", how: "uv python install 3.11" },
  ];
}
