import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readOr } from "./conditions.ts";

type Controller = "cpu" | "cpuacct" | "cpuset" | "memory";

/** The control group of one container, in whichever version this host has. */
export interface ControlGroup {
  readonly version: 1 | 2;
  /** Text of a file of the group, such as `cpu.stat`; empty where the kernel, or this container, does not have it. */
  read(controller: Controller, file: string): string;
  /** Process ids in it, those of groups below included. */
  processes(): readonly number[];
}

/**
 * `groups` are the folders that carry the container's id; `undefined` when it has none, as a plain process. Podman's monitor has a group of
 * its own that carries it too (`libpod-conmon-<id>.scope`).
 */
export function controlGroup(groups: readonly string[]): ControlGroup | undefined {
  const folder = groups.find((path) => !path.includes("conmon"));
  if (folder === undefined) return undefined;
  const processes = (): readonly number[] => processesBelow(folder);
  if (readOr(join(folder, "cgroup.controllers")) !== "" || readOr("/sys/fs/cgroup/cgroup.controllers") !== "") {
    return { version: 2, read: (_controller, file) => readOr(join(folder, file)), processes };
  }
  const paths = parseControllers(readOr(`/proc/${processes()[0]}/cgroup`));
  return {
    version: 1,
    read: (controller, file) => readOr(join("/sys/fs/cgroup", controller, paths[controller] ?? "-", file)),
    processes,
  };
}

/** Path of each controller of version 1 in the text of /proc/PID/cgroup (`4:cpu,cpuacct:/docker/...`). */
export function parseControllers(text: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^\d+:([^:]*):(.*)$/gm)];
  return Object.fromEntries(lines.flatMap(([, names = "", path = ""]) => names.split(",").map((name) => [name, path])));
}

/** CPU seconds that the group has used since it was made. */
export function cpuSeconds(group: ControlGroup): number | undefined {
  if (group.version === 1) return scaled(group.read("cpuacct", "cpuacct.usage"), 1e9);
  return scaled(/^usage_usec (\d+)$/m.exec(group.read("cpu", "cpu.stat"))?.[1] ?? "", 1e6);
}

function scaled(text: string, unit: number): number | undefined {
  return text.trim() === "" ? undefined : Number(text) / unit;
}

function processesBelow(folder: string): readonly number[] {
  const own = readOr(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
  return [...own, ...folders(folder).flatMap(processesBelow)];
}

function folders(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name));
  } catch {
    return [];
  }
}
