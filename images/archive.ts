import { createWriteStream } from "node:fs";
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { bytesText, cacheDirectory, counting, UserError, withLock } from "../hosts/index.ts";
import { compressed, makeDirectory } from "./controller-cache.ts";
import type { EnginePlace } from "./engine-store.ts";
import { engines } from "./engines.ts";

/** An image saved on the controller, compressed once for all hosts. */
export interface ImageArchive {
  readonly path: string;
  readonly bytes: number;
}

/** So many images are kept; the oldest in use go first. A rebuilt image has a new digest, so they would pile up. */
const KEPT_IMAGES = 8;

/** The cached archive of an image, or `undefined`. */
export async function cachedArchive(configDigest: string): Promise<ImageArchive | undefined> {
  const directory = directoryOf(configDigest);
  const name = (await readdir(directory).catch(() => [])).find((file) => file.startsWith("image.tar"));
  if (name === undefined) return undefined;
  const now = new Date();
  await utimes(directory, now, now);
  const path = join(directory, name);
  return { path, bytes: (await stat(path)).size };
}

/** Saves an image from the builder unless it is cached. Calls at the same time share one save. */
export async function archiveOf(
  builder: EnginePlace,
  image: { readonly id: string; readonly configDigest: string },
  progress: (message: string) => void,
): Promise<ImageArchive> {
  const onWait = (holder: string) => progress(`waits for ${holder}, which saves the same image`);
  return await withLock(directoryOf(image.configDigest), { onWait }, async () => {
    const cached = await cachedArchive(image.configDigest);
    if (cached !== undefined) return cached;
    await makeDirectory(directoryOf(image.configDigest), (directory) => saveInto(directory, builder, image.id, progress));
    await prune();
    const saved = await cachedArchive(image.configDigest);
    if (saved === undefined) throw new Error(`the archive of ${image.configDigest} vanished from ${archives()}`);
    return saved;
  });
}

async function saveInto(directory: string, builder: EnginePlace, id: string, progress: (message: string) => void): Promise<void> {
  const { transport, engine, signal } = builder;
  const save = await transport.start(engines[engine].save(id), { signal });
  const errors: Buffer[] = [];
  save.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const seen = counting((bytes) => progress(`saving from ${transport.host}: ${bytesText(bytes)}`));
  const { stream, extension } = compressed(save.stdout, signal, seen.stream);
  try {
    await pipeline(stream, createWriteStream(join(directory, `image.${extension}`), { mode: 0o600 }), { signal });
  } catch (error) {
    await save.kill();
    throw error;
  }
  const ended = await save.ended;
  if (ended.exitCode === 0) return;
  throw new UserError(`${transport.host}: ${engine} could not save the image ${id}: ${Buffer.concat(errors).toString().trim()}`, {
    remedy: engines[engine].remedy,
  });
}

async function prune(): Promise<void> {
  const parent = archives();
  // What another process is saving takes its final name at any moment: it is then no entry any more.
  const found = (await readdir(parent)).map(async (name) => ({
    name,
    entry: await stat(join(parent, name)).catch(() => undefined),
  }));
  const entries = (await Promise.all(found)).flatMap(({ name, entry }) =>
    entry === undefined ? [] : [{ name, time: entry.mtimeMs }],
  );
  const surplus = entries.sort((a, b) => b.time - a.time).slice(KEPT_IMAGES);
  for (const { name } of surplus) await rm(join(parent, name), { recursive: true, force: true });
}

function directoryOf(configDigest: string): string {
  return join(archives(), configDigest.replace("sha256:", ""));
}

function archives(): string {
  return join(cacheDirectory(), "images");
}
