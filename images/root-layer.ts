import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseDpkgStatus } from "../hosts/index.ts";
import { SOURCE_DATE_EPOCH } from "./base.ts";
import { compressed } from "./controller-cache.ts";
import { canonical, canonicalTar } from "./tar/canonical.ts";
import { readBytes, readEntries } from "./tar/read.ts";

/** What a root file system is as a layer. */
export interface RootLayer {
  /** sha256 of the layer's tar archive, uncompressed. */
  readonly digest: string;
  /** Bytes of that archive. */
  readonly size: number;
  /** Exact version of every package in it. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Writes the archive of a root file system as a layer, compressed, to `target` with the compressor's ending. The same files give the same
 * layer, whoever archived them in whichever order and form. Rejects with `SyntaxError` for what is no archive.
 */
export async function writeRootLayer(tar: string, target: string, signal: AbortSignal): Promise<RootLayer> {
  const archive = await open(tar);
  try {
    const entries = canonical(await readEntries(archive), SOURCE_DATE_EPOCH);
    const status = entries.find(({ path }) => path === "var/lib/dpkg/status");
    const text = status === undefined ? "" : (await readBytes(archive, status.start, status.size)).toString();
    const hash = createHash("sha256");
    let size = 0;
    const counted = async function* () {
      for await (const chunk of canonicalTar(archive, entries)) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    const { stream, extension } = compressed(Readable.from(counted()), signal);
    await pipeline(stream, createWriteStream(`${target}.${extension}`, { mode: 0o600 }), { signal });
    return { digest: `sha256:${hash.digest("hex")}`, size, packages: parseDpkgStatus(text) };
  } finally {
    await archive.close();
  }
}
