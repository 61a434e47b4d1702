import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Extract, extract } from "tar-stream";
import { z } from "zod";
import { cacheDirectory } from "../../hosts/index.ts";
import { type Blob, createMeter, giveTo } from "./meter.ts";
import { countPackages } from "./packages.ts";

/** What an image takes and holds: a function of its configuration digest alone, which names every byte of its layers. */
export interface ImageBytes {
  /** Bytes: sum over the layers of their tar archives by gzip at level 6, as a registry keeps and sends them. */
  readonly compressed: number;
  /** Bytes: content of the files in all layers; a file that a later layer replaces or removes counts all the same. */
  readonly unpacked: number;
  readonly layers: number;
  /** Installed packages; absent where no package manager that is known has a list. */
  readonly packages?: number;
}

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
  const stack = ids.map((id) => {
    const layer = blobs.get(id);
    if (layer === undefined) throw new RangeError(`the saved archive holds no layer ${id}`);
    return layer;
  });
  const layers = [...new Set(stack)];
  const sum = (of: "compressed" | "unpacked") => layers.reduce((total, layer) => total + layer[of], 0);
  const packages = countPackages(stack.map((layer) => layer.packages));
  const bytes = { compressed: sum("compressed"), unpacked: sum("unpacked"), layers: layers.length };
  return { ...bytes, ...(packages === undefined ? {} : { packages }) };
}

/** What is counted of an image: another name, where more is counted than an older distrobench did. */
const REMEMBERED = "image-bytes-and-packages";

/** The bytes of an image, counted once on this machine and then remembered. */
export async function rememberedBytes(configDigest: string, count: () => Promise<ImageBytes>): Promise<ImageBytes> {
  // Another zlib may compress to another size.
  const directory = join(cacheDirectory(), REMEMBERED, `zlib-${process.versions.zlib}`);
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
  const reading = fill(files, archive);
  for await (const entry of files) {
    if (entry.header.type !== "file" || entry.header.size === 0) {
      entry.resume();
      continue;
    }
    for (const blob of await describe(entry as AsyncIterable<Uint8Array>)) blobs.set(blob.digest, blob);
  }
  await reading;
  return blobs;
}

/** Gives an archive to its reader, piece by piece; what breaks off breaks the reader off. */
async function fill(files: Extract, archive: Readable): Promise<void> {
  try {
    for await (const chunk of archive) await giveTo(files, chunk);
    files.end(undefined);
  } catch (error) {
    files.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** One file as it is, and unpacked where it is compressed. Read once: every reader gets each piece before the next one is taken. */
async function describe(file: AsyncIterable<Uint8Array>): Promise<readonly Blob[]> {
  const plain = createMeter();
  const gunzip = createGunzip();
  const unpacked = measured(gunzip).catch(() => undefined); // not compressed
  for await (const chunk of file) {
    await plain.write(chunk);
    await giveTo(gunzip, chunk);
  }
  gunzip.end();
  return [await plain.end(), await unpacked].filter((blob) => blob !== undefined);
}

async function measured(bytes: AsyncIterable<Uint8Array>): Promise<Blob> {
  const meter = createMeter();
  for await (const chunk of bytes) await meter.write(chunk);
  return await meter.end();
}
