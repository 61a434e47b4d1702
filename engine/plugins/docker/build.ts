import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Call, PluginError } from "../../../provider/server/index.ts";
import { fromImages } from "./base-images.ts";
import { traceLines } from "./build-trace.ts";
import { type BuildContext, contextTar } from "./context.ts";
import { type Daemon, DaemonError, type ProgressLine, type Query } from "./daemon.ts";
import { authHeader, parseImageName } from "./image-name.ts";
import type { Registry, RegistryAuth } from "./schema.ts";

const ID_TRIES = 5;
const ID_WAIT_MILLISECONDS = 1_000;

/** Everything a build of the Engine API takes, whichever resource it comes from. */
export interface BuildOrder {
  readonly context: BuildContext;
  readonly tags: readonly string[];
  readonly buildKit: boolean;
  readonly arguments: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly target?: string | undefined;
  readonly network?: string | undefined;
  readonly addHosts?: readonly string[] | undefined;
  readonly cacheFrom?: readonly string[] | undefined;
  readonly noCache?: boolean | undefined;
  readonly credentials?: Registry | RegistryAuth | undefined;
}

/** Builds and tags an image; resolves to its local id `sha256:...`. */
export async function buildImage(daemon: Daemon, order: BuildOrder, call: Pick<Call, "log">): Promise<string> {
  await pullQuietly(daemon, order, order.cacheFrom ?? []);
  // Without a session BuildKit cannot fetch base images itself; those that are here already it takes.
  if (order.buildKit) await pullQuietly(daemon, order, await missingBases(daemon, order));
  const { tar, dockerfile } = await contextTar(order.context);
  const request = {
    method: "POST",
    path: "/build",
    query: query(order, dockerfile),
    headers: { "Content-Type": "application/x-tar" },
    body: tar,
  } as const;
  try {
    await daemon.follow(request, (line) => report(line, call));
  } catch (error) {
    throw explained(error);
  }
  return await imageId(daemon, order.tags[0] ?? "");
}

function query(order: BuildOrder, dockerfile: string): Query {
  return {
    t: order.tags,
    dockerfile,
    version: order.buildKit ? "2" : "1",
    rm: "1",
    buildargs: JSON.stringify(order.arguments),
    platform: order.platform,
    target: order.target,
    networkmode: order.network,
    extrahosts: order.addHosts?.join(","),
    cachefrom: order.cacheFrom === undefined ? undefined : JSON.stringify(order.cacheFrom),
    nocache: order.noCache === true ? "1" : undefined,
  };
}

function report(line: ProgressLine, call: Pick<Call, "log">): void {
  const lines =
    line.id === "moby.buildkit.trace" && typeof line.aux === "string" ? traceLines(line.aux) : (line.stream ?? "").split("\n");
  for (const text of lines) if (text.trim() !== "") call.log("info", text.trimEnd(), { ephemeral: true });
}

function explained(error: unknown): unknown {
  if (!(error instanceof DaemonError) || !/no active session/i.test(error.message)) return error;
  return new PluginError(
    "failed-precondition",
    `${error.message}: the build asks for something that BuildKit fetches through a client session, which the stand-in does not ` +
      'have; set build.builderVersion to "BuilderV1" or use the official docker plugin',
    { cause: error },
  );
}

async function missingBases(daemon: Daemon, order: BuildOrder): Promise<readonly string[]> {
  const named = fromImages(await readFile(order.context.dockerfile, "utf8"), order.arguments);
  const found = await Promise.all(named.map(async (name) => await findImage(daemon, name)));
  return named.filter((_, index) => found[index] === undefined);
}

/** Failures show in the build itself. */
async function pullQuietly(daemon: Daemon, order: BuildOrder, names: readonly string[]): Promise<void> {
  for (const name of names)
    await pullImage(daemon, name, order.platform, order.credentials).catch((error: unknown) => {
      if (!(error instanceof DaemonError)) throw error;
    });
}

/** Pulls by tag or digest. */
export async function pullImage(
  daemon: Daemon,
  name: string,
  platform: string | undefined,
  credentials: Registry | RegistryAuth | undefined,
  each: (line: ProgressLine) => void = () => undefined,
): Promise<void> {
  const { repository, tag, digest } = parseImageName(name);
  const request = { method: "POST", path: "/images/create", headers: authHeader(credentials) } as const;
  await daemon.follow({ ...request, query: { fromImage: repository, tag: digest ?? tag, platform } }, each);
}

const inspection = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() });
export type Inspection = z.infer<typeof inspection>;

export async function findImage(daemon: Daemon, name: string): Promise<Inspection | undefined> {
  try {
    return inspection.parse(await daemon.json({ method: "GET", path: `/images/${name}/json` }));
  } catch (error) {
    if (error instanceof DaemonError && error.status === 404) return undefined;
    throw error;
  }
}

/** The daemon may name the image a moment after the build's end. */
async function imageId(daemon: Daemon, name: string): Promise<string> {
  for (let tries = 1; tries <= ID_TRIES; tries += 1) {
    const found = await findImage(daemon, name);
    if (found !== undefined) return found.Id;
    await sleep(ID_WAIT_MILLISECONDS);
  }
  throw new PluginError("failed-precondition", `the build ended well, but the daemon knows no image ${name}`);
}
