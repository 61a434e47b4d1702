import { type Call, PluginError, type PropertyMap, UNKNOWN } from "../../../provider/server/index.ts";
import { checkProperties } from "../check.ts";
import { diffInputs } from "../diff.ts";
import { revealMap } from "../properties.ts";
import type { ResourceType } from "../resource-type.ts";
import { buildImage, findImage, type Inspection, pullImage } from "./build.ts";
import { findContext } from "./context.ts";
import { type Daemon, DaemonError } from "./daemon.ts";
import { localPlatform } from "./image.ts";
import { parseImageName, registryOf } from "./image-name.ts";
import { type RegistryAuth, type RemoteImageInputs, remoteImageInputs } from "./schema.ts";

export interface Access {
  readonly daemon: Daemon;
  readonly registries: readonly RegistryAuth[];
}

const replacing = ["name", "platform", "pullTriggers", "triggers", "build"];

/** `docker:index/remoteImage:RemoteImage`: found locally, else pulled (or built); removed again unless `keepLocally`. */
export function remoteImageType(access: () => Access): ResourceType {
  return {
    check: async (_call, _olds, news) => ({ inputs: news, failures: checkProperties(remoteImageInputs, news) }),
    diff: async (_call, stored, news) => {
      const diff = diffInputs(stored.inputs, news, []);
      const replaces = replacing.filter((key) => Object.keys(diff.detailed ?? {}).some((path) => topOf(path) === key));
      return replaces.length === 0 ? diff : { changes: "some", replaces };
    },
    create: async (call, inputs, preview) => {
      if (preview) return { id: "", outputs: { ...inputs, imageId: UNKNOWN, repoDigest: UNKNOWN } };
      const parsed = remoteImageInputs.parse(revealMap(inputs));
      const found = await obtain(access(), call, parsed);
      return { id: found.Id + parsed.name, outputs: { ...inputs, ...outputsOf(found, parsed.name) } };
    },
    update: async (_call, stored, news) => {
      const { imageId = UNKNOWN, repoDigest = UNKNOWN } = stored.outputs;
      return { outputs: { ...news, imageId, repoDigest } };
    },
    read: async (_call, stored) => {
      const name = nameOf(stored.outputs);
      const found = await findImage(access().daemon, name);
      if (found === undefined) return "gone";
      return { ...stored, id: found.Id + name, outputs: { ...stored.outputs, ...outputsOf(found, name) } };
    },
    delete: async (_call, stored) => await remove(access().daemon, revealMap(stored.outputs)),
  };
}

async function obtain({ daemon, registries }: Access, call: Call, inputs: RemoteImageInputs): Promise<Inspection> {
  const { name, platform, build } = inputs;
  const credentials = registries.find(({ address }) => sameRegistry(address, registryOf(name)));
  if (build !== undefined) await buildFrom(daemon, call, name, build, credentials);
  const local = await findImage(daemon, name);
  if (local !== undefined) return local;
  await pullImage(daemon, name, platform, credentials, ({ id, status, progress }) =>
    call.log("info", [id, status, progress].filter(Boolean).join(" "), { ephemeral: true }),
  );
  const pulled = await findImage(daemon, name);
  if (pulled === undefined) throw new PluginError("failed-precondition", `${name} was pulled, but the daemon does not have it`);
  return pulled;
}

async function buildFrom(
  daemon: Daemon,
  call: Call,
  name: string,
  build: NonNullable<RemoteImageInputs["build"]>,
  credentials: RegistryAuth | undefined,
): Promise<void> {
  // Here, unlike in Image, the Dockerfile's path is relative to the context.
  const context = await findContext(build.context, `${build.context}/${build.dockerfile ?? "Dockerfile"}`);
  await buildImage(
    daemon,
    {
      context,
      tags: [name, ...(build.tags ?? [])],
      buildKit: true,
      arguments: build.buildArgs ?? {},
      platform: build.platform ?? localPlatform(),
      target: build.target,
      network: build.networkMode,
      addHosts: build.extraHosts,
      cacheFrom: build.cacheFroms,
      noCache: build.noCache,
      credentials,
    },
    call,
  );
}

function outputsOf(found: Inspection, name: string): PropertyMap {
  const { repository } = parseImageName(name);
  const digests = found.RepoDigests ?? [];
  return { imageId: found.Id, repoDigest: digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0] ?? "" };
}

async function remove(daemon: Daemon, outputs: PropertyMap): Promise<void> {
  if (outputs.keepLocally === true) return;
  const force = outputs.forceRemove === true ? "1" : undefined;
  try {
    await daemon.json({ method: "DELETE", path: `/images/${nameOf(outputs)}`, query: { force } });
  } catch (error) {
    if (!(error instanceof DaemonError && error.status === 404)) throw error;
  }
}

function nameOf(outputs: PropertyMap): string {
  const { name } = revealMap(outputs);
  if (typeof name === "string") return name;
  throw new PluginError("internal", "the stored state of a RemoteImage has no name");
}

function topOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function sameRegistry(address: string, registry: string): boolean {
  return address.replace(/^https?:\/\//, "").split("/", 1)[0] === registry;
}
