import { LABEL, runWords, type Started, type Starter, type StartOrder } from "./container-order.ts";

interface StarterCommands {
  run(order: StartOrder, started: Started): readonly string[];
  remove?(name: string): readonly string[];
  /** Events of one container between two Unix times in seconds, one JSON object per line, without staying. */
  events?(name: string, since: number, until: number): readonly string[];
  /** Names of all containers that carry our label. */
  leftBehind?(): readonly string[];
  /** The command that tells what a spawn of the client alone costs. */
  readonly version?: readonly string[];
  /** The command by which the client tells where the engine's API listens: a URL or the path of a socket. */
  readonly api?: readonly string[];
}

/** Of `docker run` and `podman run`: the engine failed, no container ran (their manual pages, "Exit status"). */
export const ENGINE_FAILED = 125;

/** How to talk to each container engine by its own command, as users do. */
export const starters = {
  docker: {
    run: (order, started) => ["docker", ...runWords(order, started)],
    remove: (name) => ["docker", "rm", "--force", name],
    events: (name, since, until) =>
      [
        ["docker", "events", "--since", String(since), "--until", String(until)],
        ["--filter", `container=${name}`, "--format", "{{json .}}"],
      ].flat(),
    leftBehind: () => ["docker", "ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}"],
    version: ["docker", "--version"],
    api: ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
  },
  podman: {
    run: (order, started) => ["podman", ...runWords(order, started)],
    remove: (name) => ["podman", "rm", "--force", "--ignore", "--time", "0", name],
    events: (name, since, until) =>
      [
        ["podman", "events", "--stream=false", "--since", String(since), "--until", String(until)],
        ["--filter", `container=${name}`, "--format", "json"],
      ].flat(),
    leftBehind: () => ["podman", "ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}"],
    version: ["podman", "--version"],
    api: ["podman", "info", "--format", "{{.Host.RemoteSocket.Path}}"],
  },
  process: { run: (order, started) => [order.image, ...order.arguments, String(started.hostPort)] },
} as const satisfies Record<Starter, StarterCommands> as Record<Starter, StarterCommands>;

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
