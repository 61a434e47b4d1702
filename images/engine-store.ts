import { bytesText, CommandError, joinSh, type Shell, sh, type Transport, UserError } from "../hosts/index.ts";
import {
  type EngineCommands,
  engines,
  type HeldImage,
  type ImageStore,
  idIsConfigDigest,
  parseInspect,
  parseManifest,
} from "./engines.ts";
import type { EngineName } from "./schema.ts";

/** One container engine of one host, reached through the pooled session. */
export interface EnginePlace {
  readonly transport: Transport;
  readonly engine: EngineName;
  readonly signal: AbortSignal;
}

/** A quick answer is seconds even on an emulated host; moving an image is minutes. */
const QUICK_SECONDS = 120;
export const MOVE_SECONDS = 1800;

/** Which of these images the engine holds, and what its ids mean. Throws `UserError` when the engine does not answer. */
export async function probe(place: EnginePlace, references: readonly string[]): Promise<ImageStore> {
  const store = await ask(place, engines[place.engine].store, QUICK_SECONDS, { brief: true });
  return { idIsConfigDigest: idIsConfigDigest(store.stdout), images: await look(place, references) };
}

/** Which of these images (ids or tags) the engine holds: one command, for every preview. Throws as `probe` does. */
export async function look(place: EnginePlace, references: readonly string[]): Promise<readonly HeldImage[]> {
  const commands = engines[place.engine];
  try {
    return parseInspect((await ask(place, commands.inspect(references), QUICK_SECONDS, { brief: true })).stdout);
  } catch (error) {
    if (!(error instanceof CommandError) || !commands.absent.test(error.stderr)) throw error;
    return parseInspect(error.stdout);
  }
}

/** The sha256 of an image's configuration, whatever the engine uses as its id. */
export async function configDigestOf(place: EnginePlace, store: ImageStore, image: HeldImage): Promise<string> {
  if (store.idIsConfigDigest) return image.id;
  const commands: EngineCommands = engines[place.engine];
  const pipeline = joinSh([commands.save(image.id), sh`tar -xOf - manifest.json`], " | ");
  return parseManifest((await ask(place, pipeline, MOVE_SECONDS)).stdout);
}

export async function tag(place: EnginePlace, id: string, name: string): Promise<void> {
  await ask(place, engines[place.engine].tag(id, name));
}

/** Removes a tag or an image. `"in-use"`: a container or another tag still needs it, and it stays. */
export async function remove(place: EnginePlace, reference: string): Promise<"removed" | "absent" | "in-use"> {
  const commands = engines[place.engine];
  try {
    await ask(place, commands.remove(reference));
    return "removed";
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (commands.absent.test(error.stderr)) return "absent";
    if (commands.inUse.test(error.stderr)) return "in-use";
    throw error;
  }
}

/** Removes those of the images that have no name: one that somebody gave a name stays, and one in use too. */
export async function removeUnnamed(place: EnginePlace, ids: readonly string[]): Promise<void> {
  const unnamed = (await look(place, ids)).filter(({ tags }) => tags.length === 0);
  for (const { id } of unnamed) await remove(place, id);
}

/** Throws `UserError` unless the file system of the engine's images has room for `bytes`. */
export async function requireRoom(place: EnginePlace, bytes: number): Promise<void> {
  const script = sh`directory=$(${engines[place.engine].directory}) || exit 70
while [ ! -d "$directory" ]; do directory=$(dirname "$directory"); done
df -Pk "$directory" | awk 'NR == 2 { print $4, $6 }'`;
  const [kibibytes = "", mount = ""] = (await ask(place, script)).stdout.trim().split(" ");
  const free = Number(kibibytes) * 1024;
  if (Number.isFinite(free) && free < bytes)
    throw noRoom(place, `${mount} has ${bytesText(free)} left, ${bytesText(bytes)} are needed`);
}

/** What a kernel runs by itself, in Go's words, by `uname -m`; on others nothing is said. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["amd64", "386"],
  aarch64: ["arm64", "arm"],
  armv7l: ["arm"],
  riscv64: ["riscv64"],
};

/** The processor of an engine's host in the kernel's words, such as `x86_64`. */
export async function machineOf(place: EnginePlace): Promise<string> {
  return (await ask(place, sh`uname -m`)).stdout.trim();
}

/** What `uname -m` prints, in Go's words, as an image's configuration has it. */
export function goArchitecture(machine: string): string {
  return RUNS[machine]?.[0] ?? machine;
}

/** Throws `UserError` for an image of another processor, which would not start, or emulated and so many times slower. */
export async function requireArchitecture(place: EnginePlace, { architecture }: Pick<HeldImage, "architecture">): Promise<void> {
  const machine = await machineOf(place);
  const runs = RUNS[machine];
  if (architecture === undefined || runs === undefined || runs.includes(architecture)) return;
  throw new UserError(`${place.transport.host}: the image is built for ${architecture}, and this host is ${machine}`, {
    remedy:
      "give such hosts an image of their own, whose `builder` is one of them, as stacks/study.yaml does for its Raspberry Pi",
  });
}

/** Runs an engine's command; what every one of them can fail of becomes a clear `UserError`. */
export async function ask(place: EnginePlace, script: Shell, timeoutSeconds = QUICK_SECONDS, more = {}) {
  try {
    return await place.transport.run(script, { ...more, signal: place.signal, timeoutSeconds });
  } catch (error) {
    throw error instanceof CommandError ? explain(place, error) : error;
  }
}

function explain(place: EnginePlace, error: CommandError): UserError {
  if (/no space left on device/i.test(error.stderr)) return noRoom(place, "no space left on device", error);
  const { silent, remedy } = engines[place.engine];
  if (!silent.test(error.stderr)) return error;
  return new UserError(`${place.transport.host}: ${place.engine} does not answer: ${lastLine(error.stderr)}`, {
    remedy,
    cause: error,
  });
}

function noRoom(place: EnginePlace, what: string, cause?: unknown): UserError {
  return new UserError(`${place.transport.host}: no room for the image in ${place.engine}: ${what}`, {
    remedy: `free some space there (\`${place.engine} system df\` tells what images and containers take)`,
    cause,
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
