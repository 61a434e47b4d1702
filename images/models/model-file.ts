import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheDirectory, UserError, withLock } from "../../hosts/index.ts";
import { makeDirectory } from "../controller-cache.ts";
import { GENERATOR_VERSION } from "./random-model.ts";
import type { ModelSource } from "./schema.ts";
import { writeModel } from "./write-model.ts";

/** A model file on the controller. */
export interface ModelFile {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** Size and time of a file given by a path: while they stay, its sha256 does. */
  readonly origin?: string;
}

export interface Making {
  /** Absolute path of the project's root, which relative paths start at. */
  readonly root: string;
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/**
 * The file of a model, made or fetched once and kept in the controller's cache; a path is used where it is. A half-finished file is
 * never used. Throws `UserError` where the bytes can't be had or are not the pinned ones.
 */
export async function modelFileOf(source: ModelSource, making: Making): Promise<ModelFile> {
  if ("path" in source) return await ownFile(source, making);
  const directory = join(cacheDirectory(), "models", cacheKey(source));
  return await withLock(
    directory,
    { signal: making.signal, onWait: (holder) => making.progress(`waits for ${holder}`) },
    async () => {
      const cached = await readCached(directory);
      if (cached !== undefined) return cached;
      await makeDirectory(directory, async (temporary) => {
        const sha256 = await writeModel(source, join(temporary, "model"), making);
        if ("sha256" in source)
          requirePinned(sha256, source.sha256, "url" in source ? source.url : `${source.file} of ${source.pypi}`);
        await writeFile(join(temporary, "sha256"), sha256);
      });
      const made = await readCached(directory);
      if (made === undefined) throw new Error(`the model just made vanished from ${directory}`);
      return made;
    },
  );
}

/** What a file given by a path looks like from outside: the same text means the same content. Throws `UserError` where there is none. */
export async function originOf(path: string, root: string): Promise<string> {
  const file = absolute(path, root);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile())
    throw new UserError(`the model ${path} is no file of this machine (looked for ${file})`, {
      remedy: "correct `path` in the matrix; it starts at the project's folder, with / or with ~/",
    });
  return `${found.size} ${found.mtimeMs}`;
}

async function ownFile(source: Extract<ModelSource, { path: string }>, making: Making): Promise<ModelFile> {
  const origin = await originOf(source.path, making.root);
  const path = absolute(source.path, making.root);
  making.progress(`reading ${source.path}`);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, { signal: making.signal });
  const sha256 = hash.digest("hex");
  if (source.sha256 !== undefined) requirePinned(sha256, source.sha256, source.path);
  return { path, sha256, bytes: (await stat(path)).size, origin };
}

function requirePinned(found: string, pinned: string, what: string): void {
  if (found === pinned) return;
  throw new UserError(`${what} has the sha256 ${found}, the matrix pins ${pinned}`, {
    remedy: "find out which of them is the model you mean; then correct the matrix or the file. Nothing was delivered",
  });
}

/** Pinned bytes are named by their sha256, made ones by everything that decides them. */
function cacheKey(source: Exclude<ModelSource, { path: string }>): string {
  if ("sha256" in source) return source.sha256;
  return `random-${source.random.shape}-${source.random.seed}-v${GENERATOR_VERSION}`;
}

async function readCached(directory: string): Promise<ModelFile | undefined> {
  const path = join(directory, "model");
  const sha256 = await readFile(join(directory, "sha256"), "utf8").catch(() => undefined);
  return sha256 === undefined ? undefined : { path, sha256, bytes: (await stat(path)).size };
}

function absolute(path: string, root: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(root, path);
}
