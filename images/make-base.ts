import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { bytesText, CommandError, counting, loadFolder, type OperationContext, UserError } from "../hosts/index.ts";
import { type AssembledImage, assemble, emptyLayer, imageArchive, imageOf, type Layer } from "./assembled.ts";
import { describeBase } from "./base.ts";
import { compressed, decompressed } from "./controller-cache.ts";
import { placeOf, proven } from "./delivery.ts";
import {
  ask,
  type EnginePlace,
  goArchitecture,
  look,
  MOVE_SECONDS,
  machineOf,
  probe,
  remove,
  requireRoom,
  tag,
} from "./engine-store.ts";
import { engines } from "./engines.ts";
import { findRecipe } from "./recipes.ts";
import { debianArchitecture, type RootFileSystemArchive, rootFileSystemOf } from "./root-file-system.ts";
import type { BaseImageInputs, BaseImageOutputs } from "./schema.ts";

type Made = Omit<BaseImageOutputs, keyof BaseImageInputs | "unavailable">;
type Brought = Pick<Made, "localId" | "bytesSent">;

const UNKNOWN_CONTENT = { archiveDigest: "", versions: {} };

/** The compressed archive, the layer made of it, and some air. */
const ROOM_FACTOR = 4;

/**
 * Makes the base, or, where the matrix allows it, an empty image in its place: recipes are built on that as on any other, so the graph of
 * resources is the same whether or not a registry can be reached, and the reason goes to the variants. Throws `UserError`.
 */
export async function makeBase(context: OperationContext, inputs: BaseImageInputs): Promise<BaseImageOutputs> {
  const place = await placeOf(context, inputs);
  const { pulled } = inputs;
  try {
    const made =
      pulled === undefined ? await fromSuite(context, place, inputs) : await fromPulled(context, place, inputs, pulled);
    return { ...inputs, ...made, unavailable: "" };
  } catch (error) {
    if (!mayBeSkipped(context, inputs, error)) throw error;
    const unavailable = `${pulled?.reference ?? inputs.suite} could not be had: ${reasonIn(error.message)}`;
    context.warn(`${inputs.host}: ${unavailable}; what stands on it is skipped`);
    const empty = imageOf([emptyLayer], goArchitecture(await machineOf(place)));
    return { ...inputs, ...UNKNOWN_CONTENT, ...(await bring(context, place, inputs, empty)), unavailable };
  }
}

/** Bytes of a layer. An empty image goes as it is, to engines without zstd (Docker before 23) as well. */
const WORTH_COMPRESSING = 64 * 1024;

/** A base that can't be had, as opposed to a builder that does not answer or has no room. */
class NotToBeHad extends UserError {}

function mayBeSkipped({ signal }: OperationContext, { whenNotToBeHad }: BaseImageInputs, error: unknown): error is UserError {
  return whenNotToBeHad === "skip" && !signal.aborted && error instanceof NotToBeHad;
}

async function fromSuite(context: OperationContext, place: EnginePlace, inputs: BaseImageInputs): Promise<Made> {
  const { suite, mirror, packages, wheels } = inputs;
  if (suite === undefined || inputs.recipe === undefined)
    throw new TypeError(`${inputs.image} has neither a suite and a recipe nor an image to pull`);
  const machine = await machineOf(place);
  const making = { signal: context.signal, progress: (message: string) => context.progress(message) };
  const archive = await rootFileSystemOf({ suite, mirror, packages, wheels }, debianArchitecture(machine), making).catch(
    notToBeHad,
  );
  const recipe = findRecipe(inputs.recipe);
  const layer = layerOf(archive, describeBase({ kind: "mmdebstrap", suite, mirror }, recipe), context.signal);
  const image = assemble(layer, recipe, goArchitecture(machine));
  const room = async () => await requireRoom(place, archive.bytes * ROOM_FACTOR);
  const brought = await bring(context, place, inputs, image, room);
  return { ...brought, archiveDigest: archive.digest, versions: archive.packages };
}

/** The cached root file system as a layer, unpacked while it is read. */
export function layerOf(archive: RootFileSystemArchive, createdBy: string, signal: AbortSignal): Layer {
  const content = () => decompressed(createReadStream(archive.path), signal, archive.path);
  return { digest: archive.digest, size: archive.size, createdBy, content };
}

/** Brings an image of ours into the engine under its name. One that is there, by its digest, is only named. */
export async function bring(
  context: OperationContext,
  place: EnginePlace,
  { host, image: name }: BaseImageInputs,
  image: AssembledImage,
  requireItsRoom: () => Promise<void> = async () => undefined,
): Promise<Brought> {
  const store = await probe(place, [image.configDigest]);
  const [held] = store.idIsConfigDigest ? store.images : [];
  if (held !== undefined) {
    await tag(place, held.id, name);
    return { localId: held.id, bytesSent: 0 };
  }
  await requireItsRoom();
  const counted = counting((sent) => context.progress(`sending the base to ${host}: ${bytesText(sent)}`));
  const archive = Readable.from(imageArchive(image, name));
  const large = image.layers.some(({ size }) => size > WORTH_COMPRESSING);
  const stream = large ? compressed(archive, context.signal).stream : archive;
  stream.once("error", (error) => counted.stream.destroy(error));
  const load = engines[place.engine].load(loadFolder(place.engine));
  try {
    await ask(place, load, MOVE_SECONDS, { stdin: stream.pipe(counted.stream) });
  } finally {
    stream.destroy();
  }
  return { localId: (await proven(place, image.configDigest, name)).id, bytesSent: counted.bytes() };
}

async function fromPulled(
  context: OperationContext,
  place: EnginePlace,
  { host, image }: BaseImageInputs,
  { reference, dockerfile }: NonNullable<BaseImageInputs["pulled"]>,
): Promise<Made> {
  const broughtReference = (await look(place, [reference])).length === 0;
  context.progress(`${host}: pulling ${reference}`);
  await ask(place, engines[place.engine].buildAlone(image), MOVE_SECONDS, { stdin: dockerfile }).catch(notToBeHad);
  const [made] = await look(place, [image]);
  if (made === undefined) throw new Error(`${host}: ${place.engine} built ${image}, which is not there`);
  return { localId: made.id, ...UNKNOWN_CONTENT, bytesSent: 0, broughtReference };
}

function notToBeHad(error: unknown): never {
  const ended = error instanceof CommandError ? error.failure === "exit" : error instanceof UserError;
  if (!ended || !(error instanceof UserError)) throw error;
  throw new NotToBeHad(error.message, { ...(error.remedy === undefined ? {} : { remedy: error.remedy }), cause: error });
}

/** Whether a base that could not be had can be had now: a question to its registry, which changes nothing. */
export async function canBeHadNow(place: EnginePlace, { pulled }: BaseImageInputs): Promise<boolean> {
  if (pulled === undefined) return false;
  const asked = place.transport.run(engines[place.engine].askRegistry(pulled.reference), {
    ...{ accept: "any" as const, signal: place.signal, timeoutSeconds: ASK_SECONDS },
  });
  return asked.then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}
const ASK_SECONDS = 20;

/** Takes away the pulled image, where it was pulled for the base and nothing else uses it. */
export async function forgetPulled(place: EnginePlace, { pulled, broughtReference }: BaseImageOutputs): Promise<void> {
  if (pulled !== undefined && broughtReference === true) await remove(place, pulled.reference);
}

/** What the engine or mmdebstrap said last; the classic builder repeats the whole failed command after it. */
function reasonIn(text: string): string {
  const lines = text.trim().split("\n");
  return lines.filter((line) => !line.startsWith("The command '")).at(-1) ?? "";
}
