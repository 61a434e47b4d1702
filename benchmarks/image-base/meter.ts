import { createHash } from "node:crypto";
import { text as textOf } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { extract } from "tar-stream";
import { type LayerPackages, listAt, removedBy } from "./packages.ts";

/** What a stream of bytes is and takes. */
export interface Blob {
  /** Bytes by gzip at level 6. */
  readonly compressed: number;
  /** Bytes of the files in it, if it is a tar archive; 0 otherwise. */
  readonly unpacked: number;
  /** `sha256:...` */
  readonly digest: string;
  /** The first part, of which a configuration is never more. */
  readonly text: string;
  /** Where it is a layer. */
  readonly packages: LayerPackages;
}

export interface Meter {
  /** Resolves when the next piece may come. */
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<Blob>;
}

/** Registries and engines use it too. */
const GZIP_LEVEL = 6;
/** A configuration is a few KiB. */
const LARGEST_CONFIGURATION = 1_048_576;

/**
 * Takes a stream of bytes in pieces. Nothing is piped: of several pipes out of one stream, of which some end early, one may wait for ever.
 */
export function createMeter(): Meter {
  const hash = createHash("sha256");
  const first: Uint8Array[] = [];
  const gzip = createGzip({ level: GZIP_LEVEL });
  let [length, compressed, unpacked] = [0, 0, 0];
  gzip.on("data", (chunk: Uint8Array) => {
    compressed += chunk.length;
  });
  const files = extract();
  const lists = new Map<string, number>();
  const removed: string[] = [];
  files.on("entry", ({ name, type, size }, stream, next) => {
    if (type === "file") unpacked += size ?? 0;
    const gone = removedBy(name);
    if (gone !== undefined) removed.push(gone);
    const list = type === "file" ? listAt(name) : undefined;
    if (list === undefined) {
      stream.on("end", next);
      stream.resume();
    } else
      void textOf(stream)
        .then((text) => lists.set(list.path, list.packages(text)))
        .then(() => next(), next);
  });
  files.on("error", () => {
    unpacked = 0;
  });
  return {
    write: async (chunk) => {
      hash.update(chunk);
      if (length < LARGEST_CONFIGURATION) first.push(chunk);
      length += chunk.length;
      await giveTo(gzip, chunk);
      await giveTo(files, chunk);
    },
    end: async () => {
      await Promise.all([ended(gzip, "end"), ended(files, "finish")]);
      const digest = `sha256:${hash.digest("hex")}`;
      return { compressed, unpacked, digest, text: Buffer.concat(first).toString("utf8"), packages: { lists, removed } };
    },
  };
}

/** A stream of Node.js or one of streamx. */
interface Sink {
  readonly destroyed: boolean;
  write(chunk: Uint8Array): boolean;
  end(last: undefined): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** Writes, and waits until the sink wants more. One that has failed takes nothing, and nobody waits for it. */
export async function giveTo(sink: Sink, chunk: Uint8Array): Promise<void> {
  if (sink.destroyed || sink.write(chunk)) return;
  await firstOf(sink, ["drain", "error", "close"]);
}

async function ended(sink: Sink, event: string): Promise<void> {
  if (sink.destroyed) return;
  const end = firstOf(sink, [event, "error", "close"]);
  sink.end(undefined);
  await end;
}

async function firstOf(sink: Sink, events: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of events) sink.off(event, done);
      resolve();
    };
    for (const event of events) sink.on(event, done);
  });
}
