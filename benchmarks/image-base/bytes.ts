import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract } from "tar-stream";
import { z } from "zod";
import { cacheDirectory } from "../../hosts/index.ts";

/** What an image takes, in bytes: a function of its configuration digest alone, which names every byte of its layers. */
export interface ImageBytes {
  /** Sum over the layers of their tar archives by gzip at level 6, as a registry keeps and sends them. */
  readonly compressed: number;
  /** Content of the files in all layers; a file that a later layer replaces or removes counts all the same. */
  readonly unpacked: number;
  readonly layers: number;
}

interface Blob extends Pick<ImageBytes, "compressed" | "unpacked"> {
  readonly digest: string;
  /** The first part, of which a configuration is never more. */
  readonly text: string;
}

/** Registries and engines use it too. */
const GZIP_LEVEL = 6;
/** A configuration is a few KiB. */
const LARGEST_CONFIGURATION = 1_048_576;

const configuration = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()).min(1) }) });

/**
 * Counts an archive as `docker save` and `podman save` write it. What is counted is proven: the configuration has the digest that was asked
 * for, and every layer the digest that the configuration names. Rejects with `RangeError` when something is missing.
 */
export async function countBytes(archive: Readable, configDigest: string): Promise<ImageBytes> {
  const blobs = await blobsIn(archive);
  const config = blobs.get(configDigest);
  if (config === undefined) throw new RangeError(`the saved archive holds no configuration ${configDigest}`);
  const { diff_ids: ids } = configuration.parse(JSON.parse(config.text)).rootfs;
  const layers = [...new Set(ids)].map((id) => {
    const layer = blobs.get(id);
    if (layer === undefined) throw new RangeError(`the saved archive holds no layer ${id}`);
    return layer;
  });
  const sum = (of: "compressed" | "unpacked") => layers.reduce((total, layer) => total + layer[of], 0);
  return { compressed: sum("compressed"), unpacked: sum("unpacked"), layers: layers.length };
}

/** The bytes of an image, counted once on this machine and then remembered. */
export async function rememberedBytes(configDigest: string, count: () => Promise<ImageBytes>): Promise<ImageBytes> {
  // Another zlib may compress to another size.
  const directory = join(cacheDirectory(), "image-bytes", `zlib-${process.versions.zlib}`);
  const file = join(directory, `${configDigest.replace(":", "-")}.json`);
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as ImageBytes;
  const counted = await count();
  await mkdir(directory, { recursive: true });
  await writeFile(`${file}.${process.pid}`, JSON.stringify(counted));
  await rename(`${file}.${process.pid}`, file);
  return counted;
}

/** Every file of the archive by the digest of its bytes; what an engine keeps compressed by that of its unpacked bytes as well. */
async function blobsIn(archive: Readable): Promise<ReadonlyMap<string, Blob>> {
  const blobs = new Map<string, Blob>();
  const files = extract();
  const reading = pipeline(archive, files);
  for await (const entry of files) {
    if (entry.header.type !== "file" || entry.header.size === 0) {
      entry.resume();
      continue;
    }
    const bytes = Readable.from(entry, { objectMode: false });
    const found = await Promise.all([describe(branchOf(bytes)), describe(unzipped(branchOf(bytes))).catch(() => undefined)]);
    for (const blob of found) if (blob !== undefined) blobs.set(blob.digest, blob);
  }
  await reading;
  return blobs;
}

/** One of several readers of a stream, which goes on at the pace of the slowest. */
function branchOf(stream: Readable): PassThrough {
  const branch = new PassThrough();
  stream.once("error", (error) => branch.destroy(error));
  return stream.pipe(branch);
}

/** What is not compressed fails here with its first bytes, and the rest of it must not hold up the other readers. */
function unzipped(bytes: Readable): Readable {
  const gunzip = createGunzip();
  gunzip.once("error", () => bytes.resume());
  return bytes.pipe(gunzip);
}

async function describe(bytes: Readable): Promise<Blob> {
  const [digest, compressed, unpacked, text] = await Promise.all([
    digestOf(branchOf(bytes)),
    gzippedBytes(branchOf(bytes)),
    fileBytes(branchOf(bytes)),
    firstPart(branchOf(bytes)),
  ]);
  return { digest, compressed, unpacked, text };
}

async function digestOf(bytes: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

async function gzippedBytes(bytes: Readable): Promise<number> {
  let total = 0;
  const gzip = createGzip({ level: GZIP_LEVEL });
  bytes.once("error", (error) => gzip.destroy(error));
  for await (const chunk of bytes.pipe(gzip)) total += chunk.length;
  return total;
}

/** 0 of what is no tar archive. */
async function fileBytes(bytes: Readable): Promise<number> {
  let total = 0;
  const files = extract();
  const reading = pipeline(bytes, files).catch(() => undefined);
  try {
    for await (const entry of files) {
      if (entry.header.type === "file") total += entry.header.size ?? 0;
      entry.resume();
    }
  } catch {
    return 0;
  }
  await reading;
  return total;
}

async function firstPart(bytes: Readable): Promise<string> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    if (length < LARGEST_CONFIGURATION) kept.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(kept).toString("utf8");
}
