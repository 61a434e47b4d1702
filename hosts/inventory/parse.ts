import { z } from "zod";
import { parseSections } from "../facts/parse.ts";

/** Entries by category: key and value. A category that could not be asked is absent, and is not compared then. */
export type Inventory = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the lines of each section become entries. */
const READERS: Readonly<Record<string, (text: string) => Record<string, string>>> = {
  packages: (text) => byFirstWord(text),
  holds: (text) => presence(lines(text)),
  configurations: (text) => presence(lines(text)),
  units: (text) => byFirstWord(text),
  services: (text) => byFirstWord(text),
  sysctls: (text) => sysctls(text),
  knobs: (text) => byPath(text),
  // `n/a`, which means that every wait is too long, holds a slash.
  latencies: (text) => byColon(text),
  irqs: (text) => byFirstWord(text),
  cgroups: (text) => presence(lines(text).map((line) => line.replace(/^\/sys\/fs\/cgroup\//, ""))),
  cgroupsettings: (text) => sysctls(text),
  files: (text) => files(text),
  modes: (text) => byLastWords(text),
  settings: (text) => files(text),
  "settings.modes": (text) => byLastWords(text),
  grubenv: (text) => grubEnvironment(text),
  "docker.images": (text) => identified(text),
  "docker.containers": (text) => identified(text),
  "docker.volumes": (text) => identified(text),
  "podman.images": (text) => identified(text),
  "podman.containers": (text) => identified(text),
  "podman.volumes": (text) => presence(lines(text)),
  users: (text) => byColon(text),
  groups: (text) => byColon(text),
  mounts: (text) => byFirstWord(text),
  swaps: (text) => byFirstWord(text),
  cmdline: (text) => presence(text.trim().split(/\s+/)),
  listening: (text) => presence(sockets(text, TCP_LISTEN)),
  udp: (text) => presence(sockets(text, UDP_UNCONNECTED)),
  firewall: (text) => presence(lines(text)),
  interfaces: (text) => presence(lines(text)),
  daemons: (text) => presence(lines(text)),
  processes: (text) => presence(lines(text).filter((line) => !/distrobench\.\w{6}/.test(line))),
  // The connection's own warden is there whenever somebody looks.
  ours: (text) => presence(lines(text).filter((line) => !/\/distrobench\.\w{6}(\.ended)?$/.test(line))),
};

/** Takes the answer of `inventoryScript` apart. */
export function parseInventory(text: string): Inventory {
  const sections = parseSections(text);
  const read = Object.entries(READERS).flatMap(([name, reader]) => {
    const section = sections.get(name);
    return section === undefined ? [] : [[name, reader(section)] as const];
  });
  return Object.fromEntries(read);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function presence(keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, "present"]));
}

function byFirstWord(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const [key = "", ...rest] = line.trim().split(/\s+/);
      return [key, rest.join(" ")];
    }),
  );
}

function byColon(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const end = line.indexOf(":");
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}

/** `next_entry=distrobench-trial`. A block without variables has its first line, so that one that was made shows. */
function grubEnvironment(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const [, name = line, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return [name, value];
    }),
  );
}

/** `./net/ipv4/ip_forward:0`; a file of several lines has its name on each. */
function sysctls(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of lines(text)) {
    const end = line.indexOf(":");
    const key = line.slice(2, end).replaceAll("/", ".");
    const value = line.slice(end + 1).replaceAll("\t", " ");
    values[key] = values[key] === undefined ? value : `${values[key]}; ${value}`;
  }
  return values;
}

/** Lines of sha256sum, and `link -> target`. */
function files(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const [path = "", target] = line.split(" -> ");
      return target === undefined ? [line.slice(66), line.slice(0, 64)] : [path, `-> ${target}`];
    }),
  );
}

/** Lines of grep with the whole path before the value. */
function byPath(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      // An interface's name may hold a colon, a value of ours never starts with a slash.
      const [, path = line, value = ""] = /^(\/.*?):([^:/]*)$/.exec(line) ?? [];
      return [path, value.trim()];
    }),
  );
}

/** `PATH MODE OWNER`; the path may hold spaces. */
function byLastWords(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).flatMap((line) => {
      const [, path, value] = /^(.*) (\d+ \S+)$/.exec(line) ?? [];
      return path === undefined || value === undefined ? [] : [[path, value]];
    }),
  );
}

/** States in /proc/net/tcp and /proc/net/udp (include/net/tcp_states.h). */
const TCP_LISTEN = "0A";
const UDP_UNCONNECTED = "07";

/** Local addresses of sockets in a state, as `port` with the address in hexadecimal. */
function sockets(text: string, wanted: string): string[] {
  return lines(text).flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address, port] = local.split(":");
    return state === wanted && port !== undefined ? [`${Number.parseInt(port, 16)} on ${address}`] : [];
  });
}

const identifiedObject = z.looseObject({
  Id: z.string().optional(),
  ID: z.string().optional(),
  id: z.string().optional(),
  Name: z.string().optional(),
  RepoTags: z.array(z.string()).nullish(),
  Names: z.union([z.array(z.string()), z.string()]).nullish(),
  names: z.array(z.string()).nullish(),
});

/** A JSON list, JSON lines, or several lists behind each other, of objects with an id and names. */
function identified(text: string): Record<string, string> {
  const objects = jsonValues(text).flatMap((value) => z.array(identifiedObject).safeParse(value).data ?? []);
  return Object.fromEntries(
    objects.map((object) => {
      const names = object.RepoTags ?? object.Names ?? object.names ?? [];
      return [object.Id ?? object.ID ?? object.id ?? object.Name ?? "", [names].flat().join(", ")];
    }),
  );
}

function jsonValues(text: string): unknown[] {
  const whole = json(text);
  const values = whole === undefined ? text.split(/\n|(?<=\])(?=\[)/).map(json) : [whole];
  return values.map((value) => volumes(value) ?? (Array.isArray(value) ? value : value === undefined ? [] : [value]));
}

function volumes(value: unknown): unknown[] | undefined {
  const parsed = z.object({ Volumes: z.array(z.unknown()).nullable() }).safeParse(value);
  return parsed.success ? (parsed.data.Volumes ?? []) : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
