import {
  bytesText,
  type CommandResult,
  inTurn,
  joinSh,
  loadFolder,
  type OperationContext,
  readCounted,
  sh,
  UserError,
} from "../hosts/index.ts";
import { archiveOf, cachedArchive, type ImageArchive } from "./archive.ts";
import { chooseRoute, neighbourOf, type Route } from "./delivery-plan.ts";
import {
  ask,
  configDigestOf,
  type EnginePlace,
  MOVE_SECONDS,
  probe,
  remove,
  requireArchitecture,
  requireRoom,
  tag,
} from "./engine-store.ts";
import { engines, type HeldImage, parseLoaded } from "./engines.ts";
import type { DeliveredImageInputs, DeliveredImageOutputs } from "./schema.ts";

/** A load holds the archive and the unpacked layers at the same time. */
const ROOM_FACTOR = 2.2;

/** What is to be delivered; `image` is absent when only the controller's archive is left of it. */
interface Source {
  readonly configDigest: string;
  readonly builder: EnginePlace;
  readonly image: HeldImage | undefined;
}

/**
 * Brings the builder's image into the engine and proves it by its config digest. `begun` is told that before the engine is changed. Throws
 * `UserError`; a failed delivery leaves no image, no temporary file and no process, one that was cut may leave an image without a name.
 */
export async function deliver(
  context: OperationContext,
  inputs: DeliveredImageInputs,
  begun: (configDigest: string) => void,
): Promise<DeliveredImageOutputs> {
  const place = await placeOf(context, inputs);
  const source = await sourceOf(context, inputs);
  // One image after the other per host: the second engine then finds it with the first, and a small host is not overrun.
  return await inTurn(`deliver ${inputs.host}`, { signal: context.signal }, async () => {
    const isBuilder = inputs.host === inputs.builder.host && inputs.engine === inputs.builder.engine;
    const route: Route =
      isBuilder && source.image !== undefined
        ? { kind: "present", image: source.image }
        : await routeTo(place, source.configDigest, inputs.image);
    begun(source.configDigest);
    const moved = await move(context, place, source, route);
    await nameIt(place, moved.image, inputs.image);
    return {
      ...inputs,
      configDigest: source.configDigest,
      unpackedBytes: moved.image.bytes,
      bytesSent: moved.bytesSent,
      // One without a name is what an interrupted delivery of ours left.
      wasPresent: route.kind === "present" && !isBuilder && route.image.tags.some((name) => name !== inputs.image),
      localId: moved.image.id,
    };
  });
}

export async function placeOf(context: OperationContext, inputs: Pick<DeliveredImageInputs, "connection" | "engine">) {
  return {
    transport: await context.transport(inputs.connection),
    engine: inputs.engine,
    signal: context.signal,
  } satisfies EnginePlace;
}

async function sourceOf(context: OperationContext, inputs: DeliveredImageInputs): Promise<Source> {
  const builder = await placeOf(context, inputs.builder);
  const store = await probe(builder, [inputs.source]);
  const [image] = store.images;
  if (image !== undefined) return { configDigest: await configDigestOf(builder, store, image), builder, image };
  if ((await cachedArchive(inputs.source)) !== undefined) return { configDigest: inputs.source, builder, image };
  throw new UserError(
    `${inputs.builder.host}: ${inputs.builder.engine} no longer has the image ${inputs.source} that was built there`,
    {
      remedy: "have it built again: `pulumi up --replace URN` with the URN of the docker Image resource",
    },
  );
}

async function routeTo(place: EnginePlace, configDigest: string, name: string): Promise<Route> {
  const local = await probe(place, [configDigest, name]);
  const direct = chooseRoute(configDigest, local, undefined);
  if (direct.kind === "present") return direct;
  const byTag = local.images.find((image) => image.tags.includes(name));
  if (!local.idIsConfigDigest && byTag !== undefined && (await configDigestOf(place, local, byTag)) === configDigest) {
    return { kind: "present", image: byTag };
  }
  return chooseRoute(configDigest, local, await askNeighbour(place, configDigest));
}

/** The host's other engine, where it has one that answers. */
async function askNeighbour(place: EnginePlace, configDigest: string) {
  const engine = neighbourOf(place.engine);
  const present = await place.transport.run(sh`command -v ${engine} >/dev/null`, { accept: "any", signal: place.signal });
  if (present.exitCode !== 0) return undefined;
  try {
    return { engine, store: await probe({ ...place, engine }, [configDigest]) };
  } catch (error) {
    if (error instanceof UserError && !place.signal.aborted) return undefined;
    throw error;
  }
}

async function move(context: OperationContext, place: EnginePlace, source: Source, route: Route) {
  switch (route.kind) {
    case "present":
      return { image: route.image, bytesSent: 0 };
    case "neighbour":
      try {
        return { image: await proven(place, source.configDigest, await loadFromNeighbour(context, place, route)), bytesSent: 0 };
      } catch (error) {
        if (context.signal.aborted || !(error instanceof UserError)) throw error;
        context.info(`${error.message}; sending it from the controller instead`);
        return await fromController(context, place, source);
      }
    case "archive":
      return await fromController(context, place, source);
    default:
      return route satisfies never;
  }
}

async function loadFromNeighbour(context: OperationContext, place: EnginePlace, from: Extract<Route, { kind: "neighbour" }>) {
  await requireRoom(place, from.image.bytes * ROOM_FACTOR);
  context.progress(`${place.transport.host}: ${from.engine} hands ${bytesText(from.image.bytes)} to ${place.engine}`);
  return await withTemporary(place, async (temporary) => {
    const load = engines[place.engine].load(temporary);
    return await ask(place, joinSh([engines[from.engine].save(from.image.id), sh`{ ${load}; }`], " | "), MOVE_SECONDS);
  });
}

async function fromController(context: OperationContext, place: EnginePlace, source: Source) {
  if (source.image !== undefined) await requireArchitecture(place, source.image);
  const archive = await archiveFor(context, source);
  await requireRoom(place, (source.image?.bytes ?? archive.bytes * 3) * ROOM_FACTOR);
  const { stream, bytes } = readCounted(archive.path, (sent) =>
    context.progress(`sending to ${place.transport.host}: ${bytesText(sent)} of ${bytesText(archive.bytes)}`),
  );
  const loaded = await withTemporary(place, async (temporary) =>
    ask(place, engines[place.engine].load(temporary), MOVE_SECONDS, { stdin: stream }),
  );
  return { image: await proven(place, source.configDigest, loaded), bytesSent: bytes() };
}

async function archiveFor(context: OperationContext, source: Source): Promise<ImageArchive> {
  const { image, configDigest, builder } = source;
  const archive =
    image === undefined
      ? await cachedArchive(configDigest)
      : await archiveOf(builder, { id: image.id, configDigest }, (message) => context.progress(message));
  if (archive === undefined) throw new Error(`the archive of ${configDigest} was removed while it was needed`);
  return archive;
}

/** A place for the engine's temporary files that is gone afterwards, whatever happens. Answers the id that was loaded. */
async function withTemporary(place: EnginePlace, load: (directory: string) => Promise<CommandResult>): Promise<string> {
  const directory = loadFolder(place.engine);
  try {
    return parseLoaded((await load(directory)).stdout);
  } finally {
    // Without the signal: after ^C this is what is left to do.
    await place.transport.run(sh`rm -rf ${directory}`, { accept: "any", timeoutSeconds: 10 }).catch(() => undefined);
  }
}

/** The image that was loaded under this id or name, if it is the one that was sent; otherwise it is removed again. */
export async function proven(place: EnginePlace, configDigest: string, loaded: string): Promise<HeldImage> {
  const store = await probe(place, [loaded]);
  const [image] = store.images;
  if (image !== undefined) {
    if ((await configDigestOf(place, store, image)) === configDigest) return image;
    await remove(place, image.id);
  }
  throw new UserError(`${place.transport.host}: ${place.engine} loaded ${loaded} where ${configDigest} was sent`, {
    remedy:
      "compare the engines and storage drivers of builder and host (`docker info`): a load must keep the image's configuration",
  });
}

async function nameIt(place: EnginePlace, image: HeldImage, name: string): Promise<void> {
  try {
    await tag(place, image.id, name);
  } catch (error) {
    if (image.tags.length === 0) await remove({ ...place, signal: AbortSignal.timeout(10_000) }, image.id).catch(() => undefined);
    throw error;
  }
}
