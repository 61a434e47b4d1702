import { joinSh, type Shell, sh } from "../sh.ts";

/** Of the system, made by Docker's package for its socket's owner. No package manager takes a group away again. */
const GROUPS = ["docker"];

interface Store {
  readonly path: string;
  /** The program that needs it. */
  readonly program: string;
  /** Prints something where images, containers or volumes are left, whoever brought them. */
  readonly content: Shell;
}

/** Where engines keep what they have. Only Debian's docker.io takes its own away with its configuration. */
const STORES: readonly Store[] = [
  {
    path: "/var/lib/docker",
    program: "dockerd",
    content: sh`find "$d"/containers "$d"/image/*/imagedb/content/sha256 "$d"/volumes -mindepth 1 ! -name metadata.db ! -name backingFsBlockDev`,
  },
  {
    path: "/var/lib/containerd",
    program: "containerd",
    content: sh`find "$d"/*.content.*/blobs/* "$d"/*/snapshots -mindepth 1`,
  },
  {
    path: "/var/lib/containers",
    program: "podman",
    content: sh`grep -hs '"id"' "$d"/storage/*-images/images.json "$d"/storage/*-containers/containers.json; find "$d"/storage/volumes -mindepth 1`,
  },
];

/** Prints a line for each: whether the host has it. */
export const readLeftovers: Shell = joinSh([
  sh`for g in ${GROUPS}; do if grep -q "^$g:" /etc/group; then echo "group $g present"; else echo "group $g absent"; fi; done`,
  sh`for d in ${STORES.map(({ path }) => path)}; do if [ -e "$d" ]; then echo "store $d present"; else echo "store $d absent"; fi; done`,
]);

/**
 * For when the packages are gone: takes away what they leave and was not there before. A group that somebody has joined since stays, and so
 * does a store with something in it, and everything of an engine that is still there.
 */
export function removeLeftovers(before: Readonly<Record<string, string>>): Shell[] {
  const groups = GROUPS.filter((name) => before[`group ${name}`] === "absent");
  const stores = STORES.filter(({ path }) => before[`store ${path}`] === "absent");
  return [
    ...groups.map((name) => unlessThere("dockerd", withoutMembers(name))),
    ...stores.map(({ path, program, content }) => unlessThere(program, emptied(path, content))),
  ];
}

function unlessThere(program: string, step: Shell): Shell {
  return sh`if ! command -v ${program} >/dev/null 2>&1; then ${step}; fi`;
}

function withoutMembers(name: string): Shell {
  return sh`if grep -q ${`^${name}:[^:]*:[^:]*:$`} /etc/group; then groupdel ${name} 2>/dev/null || delgroup ${name}; fi`;
}

/** Nothing is removed through a mount: what is mounted there is somebody's disk. */
function emptied(path: string, content: Shell): Shell {
  return sh`d=${path}; if [ -d "$d" ] && ! grep -q " $d[ /]" /proc/self/mounts && [ -z "$({ ${content}; } 2>/dev/null)" ]; then rm -rf "$d"; fi`;
}
