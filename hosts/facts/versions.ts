/** Packages whose versions are facts of their own, by the names distributions give them. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  "docker.version": ["docker-ce", "docker.io", "docker-engine", "docker"],
  "containerd.version": ["containerd.io", "containerd"],
  "podman.version": ["podman"],
  "runc.version": ["runc"],
  "crun.version": ["crun"],
  "conmon.version": ["conmon"],
  "netavark.version": ["netavark"],
  "git.version": ["git"],
  "python.version": ["python3", "python"],
  "libc.version": ["libc6", "glibc", "musl"],
  "qemu-guest-agent.version": ["qemu-guest-agent"],
};

/** Versions of engines and tools from a list of lines `name version`. */
export function packageVersions(list: string): Record<string, string> {
  const installed = new Map(list.split("\n").map((line) => line.split(" ", 2) as [string, string]));
  const found = Object.entries(TOOLS).flatMap(([fact, names]) => {
    const version = names.map((name) => installed.get(name)).find((text) => text !== undefined);
    return version === undefined ? [] : [[fact, version]];
  });
  return Object.fromEntries(found);
}
