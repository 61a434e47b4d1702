/** What starts a container. A `process` stands for one in tests of the instrument. */
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

/** Every container of ours carries it, so that a later session finds what a killed one left. */
export const LABEL = "distrobench.sample";

type Json = Readonly<Record<string, unknown>>;

/** One wish of an order in both languages that engines understand, side by side so that neither says less than the other. */
interface Part {
  /** Words of `docker run` and `podman run`. */
  readonly words: readonly string[];
  /** Fields of the body of `POST /containers/create` (Docker Engine API; Podman's compatible one takes the same). */
  readonly body?: Json;
  /** Fields of its `HostConfig`. */
  readonly host?: Json;
}

/** `run --rm -p ...` as the study runs it; never pulls, because a download is not a start. */
export function runWords(order: StartOrder, started: Started): readonly string[] {
  const own = ["run", "--pull", "never", "--cidfile", started.idFile];
  return [...own, ...partsOf(order, started).flatMap(({ words }) => words), order.image, ...order.arguments];
}

/** The same order as a request: path and JSON body. The answer's `Id` belongs into `started.idFile`. */
export function createRequest(order: StartOrder, started: Started): { readonly path: string; readonly body: Json } {
  const parts = partsOf(order, started);
  const own = { Image: order.image, ...(order.arguments.length === 0 ? {} : { Cmd: order.arguments }) };
  const body = Object.assign({}, own, ...parts.map((part) => part.body)) as Json;
  const host = Object.assign({}, ...parts.map((part) => part.host)) as Json;
  return { path: `/containers/create?name=${encodeURIComponent(started.name)}`, body: { ...body, HostConfig: host } };
}

function partsOf(order: StartOrder, started: Started): readonly Part[] {
  const { cpus, cpuset, memoryBytes, memorySwapBytes } = order.limits;
  const environment = Object.entries(order.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const binds = (order.mounts ?? []).map(({ source, target }) => `${source}:${target}:ro`);
  return [
    { words: ["--rm"], host: { AutoRemove: true } },
    // The command line names the container here, a request in its path, and attaches by itself.
    { words: ["--name", started.name], body: { AttachStdout: true, AttachStderr: true } },
    { words: ["--label", LABEL], body: { Labels: { [LABEL]: "" } } },
    ...wish(order.containerPort, (port) => published(port, started.hostPort)),
    ...wish(order.entrypoint, (program) => ({ words: ["--entrypoint", program], body: { Entrypoint: [program] } })),
    ...wish(order.workingDirectory, (path) => ({ words: ["--workdir", path], body: { WorkingDir: path } })),
    ...wish(order.slice, (slice) => ({ words: ["--cgroup-parent", slice], host: { CgroupParent: slice } })),
    ...wish(cpus, (count) => ({ words: ["--cpus", String(count)], host: { NanoCpus: Math.round(count * 1e9) } })),
    ...wish(cpuset, (list) => ({ words: ["--cpuset-cpus", list], host: { CpusetCpus: list } })),
    ...wish(memoryBytes, (bytes) => ({ words: ["--memory", String(bytes)], host: { Memory: bytes } })),
    ...wish(memorySwapBytes, (bytes) => ({ words: ["--memory-swap", String(bytes)], host: { MemorySwap: bytes } })),
    { words: environment.flatMap((entry) => ["--env", entry]), body: { Env: environment } },
    { words: binds.flatMap((bind) => ["--volume", bind]), host: { Binds: binds } },
  ];
}

function wish<Value>(value: Value | undefined, part: (value: Value) => Part): readonly Part[] {
  return value === undefined ? [] : [part(value)];
}

function published(port: number, hostPort: number): Part {
  const name = `${port}/tcp`;
  return {
    words: ["--publish", `127.0.0.1:${hostPort}:${port}`],
    body: { ExposedPorts: { [name]: {} } },
    host: { PortBindings: { [name]: [{ HostIp: "127.0.0.1", HostPort: String(hostPort) }] } },
  };
}
