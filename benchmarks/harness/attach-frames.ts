import type { OutputStream } from "./output.ts";

/**
 * Output of a container without a terminal comes in frames (Docker Engine API, "Attach to a container"): one byte for the stream (1 standard
 * output, 2 standard error), three empty ones, the payload's length in four bytes with the highest first, the payload.
 */
const HEADER_BYTES = 8;
const STANDARD_ERROR = 2;

/** Takes a connection's data in pieces of any size, and hands over each payload once it is whole. */
export function frameReader(take: (from: OutputStream, payload: Buffer) => void): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(HEADER_BYTES - 4);
      if (rest.length < end) return;
      take(rest[0] === STANDARD_ERROR ? "stderr" : "stdout", rest.subarray(HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}
