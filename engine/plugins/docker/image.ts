import { relative } from "node:path";
import { z } from "zod";
import { type Call, PluginError, type PropertyMap, Secret, UNKNOWN } from "../../../provider/server/index.ts";
import { checkProperties } from "../check.ts";
import { diffInputs } from "../diff.ts";
import { hasUnknown, isMap, reveal, revealMap } from "../properties.ts";
import type { ResourceType } from "../resource-type.ts";
import { buildImage } from "./build.ts";
import { contextDigest, findContext } from "./context.ts";
import type { Daemon } from "./daemon.ts";
import { authHeader, isFullyQualified, parseImageName } from "./image-name.ts";
import { type ImageInputs, imageInputs } from "./schema.ts";

/** `docker:index/image:Image`: built on the daemon from a local context, pushed unless `skipPush`. Deleting it removes nothing. */
export function imageType(daemon: () => Daemon): ResourceType {
  return {
    check: async (_call, _olds, news) => {
      const failures = [...checkProperties(imageInputs, news), ...nameFailures(news)];
      return { inputs: withSecretPassword(failures.length > 0 ? news : await withContextDigest(news)), failures };
    },
    diff: async (_call, stored, news) => {
      const old = reveal(stored.outputs.__inputs ?? null);
      return topLevelOnly(diffInputs(comparable(isMap(old) ? old : {}), comparable(news), []));
    },
    create: async (call, inputs, preview) => {
      const outputs = await outputsOf(daemon, call, inputs, preview);
      return { id: preview ? "" : imageInputs.parse(revealMap(inputs)).imageName, outputs };
    },
    update: async (call, _stored, news, preview) => ({ outputs: await outputsOf(daemon, call, news, preview) }),
    read: async (_call, stored) => stored,
    delete: async () => undefined,
  };
}

async function outputsOf(daemon: () => Daemon, call: Call, inputs: PropertyMap, preview: boolean): Promise<PropertyMap> {
  const building = !preview || (revealMap(inputs).buildOnPreview === true && !hasUnknown(inputs));
  if (!building) return { ...inputs, repoDigest: UNKNOWN };
  return await build(daemon(), call, inputs, imageInputs.parse(revealMap(inputs)), preview);
}

async function build(
  daemon: Daemon,
  call: Call,
  inputs: PropertyMap,
  { imageName, build: order = {}, registry, skipPush }: ImageInputs,
  preview: boolean,
): Promise<PropertyMap> {
  const context = await findContext(order.context, order.dockerfile);
  const platform = order.platform ?? localPlatform();
  if (order.platform === undefined) call.log("info", `no platform given: building for ${platform}`, { ephemeral: true });
  const id = await buildImage(
    daemon,
    {
      context,
      tags: [imageName],
      buildKit: order.builderVersion !== "BuilderV1",
      arguments: order.args ?? {},
      platform,
      target: order.target,
      network: order.network,
      addHosts: order.addHosts,
      cacheFrom: order.cacheFrom?.images,
      credentials: registry,
    },
    call,
  );
  return {
    __inputs: new Secret(revealMap(inputs)),
    imageName,
    baseImageName: imageName,
    registryServer: registry?.server ?? "",
    dockerfile: relative(context.folder, context.dockerfile),
    context: order.context ?? ".",
    platform,
    repoDigest: skipPush === true || preview ? id : await push(daemon, imageName, registry, call),
  };
}

const pushed = z.object({ Digest: z.string() });

/** Resolves to `name@sha256:...`, from what the daemon says at the end of the push. */
async function push(daemon: Daemon, imageName: string, registry: ImageInputs["registry"], call: Call): Promise<string> {
  const { repository, tag } = parseImageName(imageName);
  let digest: string | undefined;
  await daemon.follow(
    { method: "POST", path: `/images/${repository}/push`, query: { tag }, headers: authHeader(registry) },
    (line) => {
      digest = pushed.safeParse(line.aux).data?.Digest ?? digest;
      if (line.status !== undefined)
        call.log("info", [line.id, line.status, line.progress].filter(Boolean).join(" "), { ephemeral: true });
    },
  );
  if (digest === undefined) throw new PluginError("failed-precondition", `the push of ${imageName} ended without a digest`);
  return `${repository}@${digest}`;
}

function nameFailures(news: PropertyMap): readonly { readonly property: string; readonly reason: string }[] {
  const { imageName, skipPush, build: order } = revealMap(news);
  const matters = skipPush !== true || (isMap(order) && order.cacheFrom !== undefined);
  if (typeof imageName !== "string" || !matters || isFullyQualified(imageName)) return [];
  return [
    {
      property: "imageName",
      reason: `${imageName} must be fully qualified (REGISTRY/NAME:TAG) to be pushed or to use cacheFrom`,
    },
  ];
}

async function withContextDigest(news: PropertyMap): Promise<PropertyMap> {
  const given = news.build ?? {};
  if (hasUnknown(given)) return news;
  const { build: order = {} } = imageInputs.partial().parse(revealMap({ build: given }));
  const digest = await contextDigest(await findContext(order.context, order.dockerfile));
  const extend = (map: PropertyMap): PropertyMap => ({ ...map, contextDigest: digest });
  if (given instanceof Secret) return { ...news, build: new Secret(isMap(given.value) ? extend(given.value) : {}) };
  return { ...news, build: extend(isMap(given) ? given : {}) };
}

function withSecretPassword(inputs: PropertyMap): PropertyMap {
  const { registry } = inputs;
  const password = isMap(registry) ? registry.password : undefined;
  if (!isMap(registry) || password === undefined || password === null || password instanceof Secret) return inputs;
  return { ...inputs, registry: { ...registry, password: new Secret(password) } };
}

/** Of the registry only the server counts: new credentials must not build again. */
function comparable(inputs: PropertyMap): PropertyMap {
  const { registry, ...others } = revealMap(inputs);
  return isMap(registry) && registry.server !== undefined ? { ...others, registry: { server: registry.server } } : others;
}

function topLevelOnly(diff: ReturnType<typeof diffInputs>): ReturnType<typeof diffInputs> {
  const keys = Object.keys(diff.detailed ?? {}).map((path) => path.split(/[.[]/, 1)[0] ?? path);
  const detailed = Object.fromEntries(keys.map((key) => [key, { kind: "update", inputDiff: true } as const]));
  return { changes: diff.changes, detailed };
}

/** The plugin's own processor, as with the official plugin. */
export function localPlatform(): string {
  const names: Readonly<Record<string, string>> = { x64: "amd64", arm: "arm", arm64: "arm64", ia32: "386" };
  return `linux/${names[process.arch] ?? process.arch}`;
}
