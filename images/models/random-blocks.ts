import { createCipheriv, createHash } from "node:crypto";
import type { Tensor } from "./shapes.ts";

/** Weights that share one scale in ggml's Q4_0: a half-precision scale, then 32 numbers of 4 bits, of which 8 means zero. */
const BLOCK_WEIGHTS = 32;
export const BLOCK_BYTES = 18;
/** Blocks made at a time. */
const CHUNK_BLOCKS = 1 << 16;

/** Standard deviation of a number drawn evenly from -8 ... 7. */
const LEVEL_DEVIATION = 4.6;

/**
 * Standard deviation of a tensor's weights. Rows of n weights of deviation 0.5 / sqrt(n) keep activations near one: no overflow, and
 * no subnormal number that would make a processor slow. Embeddings are larger, so that the next token depends on the last ones.
 */
function deviation({ name, columns }: Tensor): number {
  return name === "token_embd.weight" ? 1 : 0.5 / Math.sqrt(columns);
}

/** Endless bytes that look random and that only the seed and the name decide, on every machine: AES-128 in counter mode. */
function byteStream(seed: number, name: string): (length: number) => Buffer {
  const digest = createHash("sha256").update(`${seed}/${name}`).digest();
  const cipher = createCipheriv("aes-128-ctr", digest.subarray(0, 16), digest.subarray(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

/**
 * The Q4_0 bytes of a weight tensor, in pieces. The first `silent` rows are zero: in the output matrix these are the tokens that
 * must never be the most probable one.
 */
export function* randomBlocks(tensor: Tensor, seed: number, silent = 0): Generator<Buffer> {
  const next = byteStream(seed, tensor.name);
  const scales = scaleTable(tensor);
  const blocks = (tensor.rows * tensor.columns) / BLOCK_WEIGHTS;
  const silentBlocks = (silent * tensor.columns) / BLOCK_WEIGHTS;
  for (let first = 0; first < blocks; first += CHUNK_BLOCKS) {
    const count = Math.min(CHUNK_BLOCKS, blocks - first);
    const bytes = next(count * BLOCK_BYTES);
    for (let block = 0; block < count; block += 1) {
      const at = block * BLOCK_BYTES;
      const scale = first + block < silentBlocks ? 0 : (scales[bytes[at] ?? 0] ?? 0);
      bytes[at] = scale & 0xff;
      bytes[at + 1] = scale >> 8;
    }
    yield bytes;
  }
}

/** Half-precision scales from 0.75 to 1.25 of the middle one, by a random byte. */
function scaleTable(tensor: Tensor): Uint16Array {
  const middle = deviation(tensor) / LEVEL_DEVIATION;
  return Uint16Array.from({ length: 256 }, (_, byte) => halfPrecision(middle * (0.75 + byte / 510)));
}

/** The bits of a normal positive number in IEEE 754 half precision, rounded to even. Throws `RangeError` for any other number. */
export function halfPrecision(value: number): number {
  if (!(value >= 2 ** -14 && value < 65_504)) throw new RangeError(`${value} is no normal positive half-precision number`);
  const single = new DataView(new ArrayBuffer(4));
  single.setFloat32(0, value);
  const bits = single.getUint32(0) - ((127 - 15) << 23);
  const kept = bits >>> 13;
  const rest = bits & 0x1fff;
  return rest > 0x1000 || (rest === 0x1000 && (kept & 1) === 1) ? kept + 1 : kept;
}
