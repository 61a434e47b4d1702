import { Readable } from "node:stream";
import { bytesText, CommandError, type OperationContext, readCounted, sh, UserError } from "../hosts/index.ts";
import { placeOf } from "./delivery.ts";
import { ask, type EnginePlace, look, MOVE_SECONDS, remove, requireRoom } from "./engine-store.ts";
import { engines, parseLoaded } from "./engines.ts";
import { debianArchitecture, rootFileSystemOf } from "./root-file-system.ts";
import type { BaseImageInputs, BaseImageOutputs } from "./schema.ts";

type Made = Omit<BaseImageOutputs, keyof BaseImageInputs | "unavailable">;

/** The compressed archive, the layer made of it, and some air. */
const ROOM_FACTOR = 4;
/** The end of a tar archive, which is all that an empty one has. */
const EMPTY_TAR = Buffer.alloc(1024);

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
    return { ...inputs, ...(await importRoot(place, inputs.image, Readable.from([EMPTY_TAR]))), unavailable };
  }
}

/** A base that can't be had, as opposed to a builder that does not answer or has no room. */
class NotToBeHad extends UserError {}

function mayBeSkipped({ signal }: OperationContext, { whenNotToBeHad }: BaseImageInputs, error: unknown): error is UserError {
  return whenNotToBeHad === "skip" && !signal.aborted && error instanceof NotToBeHad;
}

async function fromSuite(context: OperationContext, place: EnginePlace, inputs: BaseImageInputs): Promise<Made> {
  const { suite, mirror, packages, wheels } = inputs;
  if (suite === undefined) throw new TypeError(`${inputs.image} has neither a suite nor an image to pull`);
  const machine = (await ask(place, sh`uname -m`)).stdout.trim();
  const making = { signal: context.signal, progress: (message: string) => context.progress(message) };
  const archive = await rootFileSystemOf({ suite, mirror, packages, wheels }, debianArchitecture(machine), making).catch(
    notToBeHad,
  );
  await requireRoom(place, archive.bytes * ROOM_FACTOR);
  const { stream, bytes } = readCounted(archive.path, (sent) =>
    context.progress(`sending the base to ${inputs.host}: ${bytesText(sent)} of ${bytesText(archive.bytes)}`),
  );
  return { ...(await importRoot(place, inputs.image, stream)), archiveDigest: archive.digest, bytesSent: bytes() };
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
  return { localId: made.id, archiveDigest: "", bytesSent: 0, broughtReference };
}

function notToBeHad(error: unknown): never {
  const ended = error instanceof CommandError ? error.failure === "exit" : error instanceof UserError;
  if (!ended || !(error instanceof UserError)) throw error;
  throw new NotToBeHad(error.message, { ...(error.remedy === undefined ? {} : { remedy: error.remedy }), cause: error });
}

async function importRoot(place: EnginePlace, image: string, stdin: Readable): Promise<Made> {
  const imported = await ask(place, engines[place.engine].importRoot(image), MOVE_SECONDS, { stdin });
  return { localId: parseLoaded(imported.stdout), archiveDigest: "", bytesSent: 0 };
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
