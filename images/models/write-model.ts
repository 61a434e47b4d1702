import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bytesText, UserError } from "../../hosts/index.ts";
import type { Making } from "./model-file.ts";
import { randomModel, randomModelBytes } from "./random-model.ts";
import type { ModelSource } from "./schema.ts";

type Made = Exclude<ModelSource, { path: string }>;
type Of<Key extends string> = Extract<Made, Record<Key, unknown>>;

/** Writes the model's bytes into a new file; their sha256 in hexadecimal. Throws `UserError` where they can't be had. */
export async function writeModel(source: Made, file: string, making: Making): Promise<string> {
  if ("random" in source) return await writeRandom(source, file, making);
  if ("url" in source) return await writeDownload(source, file, making);
  return await writePackaged(source, file, making);
}

async function writeRandom({ random: { shape, seed } }: Of<"random">, file: string, making: Making): Promise<string> {
  return await writeStream(Readable.from(randomModel(shape, seed), { objectMode: true }), file, making, {
    doing: `making ${shape} with random weights`,
    total: randomModelBytes(shape, seed),
  });
}

async function writeDownload({ url }: Of<"url">, file: string, making: Making): Promise<string> {
  const remedy =
    "check the address in the matrix and whether this machine reaches it; or download the file yourself and give its `path`";
  try {
    const response = await fetch(url, { signal: making.signal });
    if (!response.ok || response.body === null)
      throw new UserError(`${url} answered ${response.status} ${response.statusText}`, { remedy });
    const total = Number(response.headers.get("content-length") ?? Number.NaN);
    return await writeStream(Readable.fromWeb(response.body), file, making, { doing: `downloading ${url}`, total });
  } catch (error) {
    making.signal.throwIfAborted();
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UserError(`${url} could not be downloaded: ${cause}`, { remedy, cause: error });
  }
}

/** Takes one file out of a wheel that pip fetches: pip knows the user's index, proxy and certificates. */
async function writePackaged({ pypi, file: pattern }: Of<"pypi">, file: string, making: Making): Promise<string> {
  const folder = `${file}.wheels`;
  making.progress(`downloading ${pypi}`);
  await mkdir(folder);
  const { $, ProcessOutput } = await import("zx");
  const shell = $({ quiet: true, signal: making.signal });
  try {
    await shell`python3 -m pip download --quiet --no-deps --only-binary=:all: --dest ${folder} ${pypi}`;
    const [wheel = ""] = await readdir(folder);
    await shell`python3 -c ${EXTRACT} ${join(folder, wheel)} ${pattern} ${file}`;
  } catch (error) {
    making.signal.throwIfAborted();
    if (!(error instanceof ProcessOutput)) throw error;
    throw new UserError(`${pattern} of ${pypi} could not be had: ${error.stderr.trim().split("\n").at(-1) ?? ""}`, {
      remedy: "check the name and version in the matrix, and `python3 -m pip download` on this machine (package python3-pip)",
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash, { signal: making.signal });
  return hash.digest("hex");
}

/** The one member of a wheel, which is a zip archive, that matches a pattern. */
const EXTRACT = `
import fnmatch, shutil, sys, zipfile
archive, pattern, target = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    found = [name for name in wheel.namelist() if fnmatch.fnmatch(name, pattern)]
    if len(found) != 1:
        sys.exit(f"{len(found)} files match: {', '.join(found[:8])}")
    with wheel.open(found[0]) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink)
`;

async function writeStream(
  from: Readable,
  file: string,
  making: Making,
  { doing, total }: { readonly doing: string; readonly total: number },
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  let told = performance.now();
  const seen = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (performance.now() - told > 1000) {
        told = performance.now();
        making.progress(`${doing}: ${bytesText(bytes)}${Number.isFinite(total) ? ` of ${bytesText(total)}` : ""}`);
      }
      done(null, chunk);
    },
  });
  await pipeline(from, seen, createWriteStream(file, { mode: 0o600 }), { signal: making.signal });
  return hash.digest("hex");
}
