import { createReadStream } from "node:fs";
import { Transform } from "node:stream";

/** A stream that counts what passes, and says so at most once a second. */
export function counting(report: (bytes: number) => void): { readonly stream: Transform; bytes(): number } {
  let bytes = 0;
  let told = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (performance.now() - told > 1000) {
        told = performance.now();
        report(bytes);
      }
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}

/** A file's bytes as a stream that reports its progress, at most once a second; nothing passes before somebody reads. */
export function readCounted(path: string, report: (bytes: number) => void) {
  const count = counting(report);
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  file.once("error", (error) => count.stream.destroy(error));
  count.stream.once("close", () => file.destroy());
  return { stream: file.pipe(count.stream), bytes: count.bytes };
}
