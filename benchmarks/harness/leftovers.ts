import { readdirSync } from "node:fs";
import { readOr } from "./conditions.ts";
import { namesIn } from "./folder.ts";
import { parseMountPoints } from "./proc.ts";

/** What a container has besides its processes. Anything that was not there before a sample is a leftover of it. */
export type Traces = ReadonlySet<string>;

/** What belongs to one container; mounts that an engine makes once for itself, such as /run/netns or its storage, stay. */
const CONTAINER_MOUNT = /[0-9a-f]{64}|netns\/./;

/** Virtual network pairs, container mounts and namespaces, and control groups with a container's id, as they are now. */
export function traces(): Traces {
  const interfaces = namesIn("/sys/class/net").filter((name) => name.startsWith("veth"));
  const mounts = parseMountPoints(readOr("/proc/self/mountinfo")).filter((point) => CONTAINER_MOUNT.test(point));
  return new Set([
    ...interfaces.map((name) => `network interface ${name}`),
    ...mounts.map((point) => `mount ${point}`),
    ...containerGroups().map((path) => `control group ${path}`),
  ]);
}

/** Paths of control groups whose name holds a container id (64 hex digits), or only this id: with version 1 in each hierarchy. */
export function containerGroups(id?: string, root = "/sys/fs/cgroup"): readonly string[] {
  const wanted = id === undefined ? /[0-9a-f]{64}/ : new RegExp(id);
  const groups = hierarchies(root).flatMap((hierarchy) => groupsBelow(hierarchy, 3));
  return groups.filter((path) => wanted.test(path.slice(path.lastIndexOf("/"))));
}

/** Version 2 has one. Version 1 mounts each below the root, beside links for the controllers of joint ones (`cpu -> cpu,cpuacct`). */
function hierarchies(root: string): readonly string[] {
  if (readOr(`${root}/cgroup.controllers`) !== "") return [root];
  return folders(root).map((name) => `${root}/${name}`);
}

export function newTraces(before: Traces, now: Traces): readonly string[] {
  return [...now].filter((trace) => !before.has(trace));
}

/** Slices, and the flat directories of the cgroupfs driver; leaves of services are not looked into. */
function groupsBelow(directory: string, depth: number): readonly string[] {
  return namesIn(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const inside = depth > 0 && /\.slice$|^docker$|^libpod|^machine/.test(name) ? groupsBelow(path, depth - 1) : [];
    return [path, ...inside];
  });
}

function folders(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
