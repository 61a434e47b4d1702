/** How to talk to each container engine by its own command, as users do. A `process` stands for a container in tests of the instrument. */
export type Starter = "docker" | "podman" | "process";

/** What a container may use, as the engines' own options. */
export interface Limits {
  /** CPU time in CPUs, such as 1.5. */
  readonly cpus?: number | undefined;
  /** CPU list, such as `2,3`. */
  readonly cpuset?: string | undefined;
  readonly memoryBytes?: number | undefined;
  /** Memory and swap together; equal to `memoryBytes` means no swap. */
  readonly memorySwapBytes?: number | undefined;
}

export interface StartOrder {
  readonly starter: Starter;
  /** Image reference, or for a `process` the program. */
  readonly image: string;
  /** Arguments after the image. */
  readonly arguments: readonly string[];
  /** Replaces the image's own. */
  readonly entrypoint?: string | undefined;
  /** Absolute path inside the container; the image's own by default. */
  readonly workingDirectory?: string | undefined;
  /** Port inside the container that is published on 127.0.0.1; none by default. */
  readonly containerPort?: number | undefined;
  /** Environment variables of the container. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Files or folders of the host that the container sees read-only. */
  readonly mounts?: readonly { readonly source: string; readonly target: string }[] | undefined;
  /** Control group that the container starts in; the engine's own choice by default. */
  readonly slice?: string | undefined;
  readonly limits: Limits;
}

export interface Started {
  readonly name: string;
  readonly hostPort: number;
  /** Where the engine writes the container's id. */
  readonly idFile: string;
}

interface StarterCommands {
  run(order: StartOrder, started: Started): readonly string[];
  remove?(name: string): readonly string[];
  /** Events of one container between two Unix times in seconds, one JSON object per line, without staying. */
  events?(name: string, since: number, until: number): readonly string[];
  /** Names of all containers that carry our label. */
  leftBehind?(): readonly string[];
  /** The command that tells what a spawn of the client alone costs. */
  readonly version?: readonly string[];
}

/** Every container of ours carries it, so that a later session finds what a killed one left. */
const LABEL = "distrobench.sample";

export const starters = {
  docker: {
    run: (order, started) => ["docker", ...containerArguments(order, started)],
    remove: (name) => ["docker", "rm", "--force", name],
    events: (name, since, until) =>
      [
        ["docker", "events", "--since", String(since), "--until", String(until)],
        ["--filter", `container=${name}`, "--format", "{{json .}}"],
      ].flat(),
    leftBehind: () => ["docker", "ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}"],
    version: ["docker", "--version"],
  },
  podman: {
    run: (order, started) => ["podman", ...containerArguments(order, started)],
    remove: (name) => ["podman", "rm", "--force", "--ignore", "--time", "0", name],
    events: (name, since, until) =>
      [
        ["podman", "events", "--stream=false", "--since", String(since), "--until", String(until)],
        ["--filter", `container=${name}`, "--format", "json"],
      ].flat(),
    leftBehind: () => ["podman", "ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}"],
    version: ["podman", "--version"],
  },
  process: { run: (order, started) => [order.image, ...order.arguments, String(started.hostPort)] },
} as const satisfies Record<Starter, StarterCommands> as Record<Starter, StarterCommands>;

/** `docker run --rm -p ...` as the study runs it; never pulls, because a download is not a start. */
function containerArguments(order: StartOrder, started: Started): readonly string[] {
  const { cpus, cpuset, memoryBytes, memorySwapBytes } = order.limits;
  return [
    ["run", "--rm", "--pull", "never", "--name", started.name, "--label", LABEL, "--cidfile", started.idFile],
    order.containerPort === undefined ? [] : ["--publish", `127.0.0.1:${started.hostPort}:${order.containerPort}`],
    order.entrypoint === undefined ? [] : ["--entrypoint", order.entrypoint],
    order.workingDirectory === undefined ? [] : ["--workdir", order.workingDirectory],
    order.slice === undefined ? [] : ["--cgroup-parent", order.slice],
    cpus === undefined ? [] : ["--cpus", String(cpus)],
    cpuset === undefined ? [] : ["--cpuset-cpus", cpuset],
    memoryBytes === undefined ? [] : ["--memory", String(memoryBytes)],
    memorySwapBytes === undefined ? [] : ["--memory-swap", String(memorySwapBytes)],
    Object.entries(order.environment ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    (order.mounts ?? []).flatMap(({ source, target }) => ["--volume", `${source}:${target}:ro`]),
    [order.image, ...order.arguments],
  ].flat();
}

/** When the engine says that it created and started the container: wall-clock nanoseconds, for differences only. */
export interface EngineEvents {
  readonly created?: bigint;
  readonly started?: bigint;
}

/** Reads the events of Docker (`Action`) and Podman (`Status`), one JSON object per line; other lines are left out. */
export function parseEvents(text: string): EngineEvents {
  const found: { created?: bigint; started?: bigint } = {};
  for (const line of text.split("\n")) {
    const kind = /"(?:Action|Status)":"(create|start)"/.exec(line)?.[1];
    // A number of 19 digits does not fit a JavaScript number, so it is taken from the text.
    const nanoseconds = /"timeNano":(\d+)/.exec(line)?.[1];
    if (kind === undefined || nanoseconds === undefined) continue;
    if (kind === "create") found.created ??= BigInt(nanoseconds);
    else found.started ??= BigInt(nanoseconds);
  }
  return found;
}
