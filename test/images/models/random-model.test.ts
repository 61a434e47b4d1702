import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ggufHeader, padding } from "../../../images/models/gguf.ts";
import { BLOCK_BYTES, halfPrecision, randomBlocks } from "../../../images/models/random-blocks.ts";
import { randomModel, randomModelBytes } from "../../../images/models/random-model.ts";
import { shapes, tensorsOf } from "../../../images/models/shapes.ts";

/** Written down once: a change of it means that cached and published results name other bytes, so raise GENERATOR_VERSION. */
const TINY_SEED_1 = "bbd145f9cbda835390ef7f2266e26991b7e7441461fa37ae9bd0565a2c8b3492";

function digest(seed: number): string {
  const hash = createHash("sha256");
  for (const piece of randomModel("tiny", seed)) hash.update(piece);
  return hash.digest("hex");
}

test("equal shape and seed give the same file on every machine, another seed another one", () => {
  assert.equal(digest(1), TINY_SEED_1);
  assert.notEqual(digest(2), TINY_SEED_1);
});

test("the size of a file is known before it is made", () => {
  const made = [...randomModel("tiny", 1)].reduce((sum, piece) => sum + piece.length, 0);
  assert.equal(randomModelBytes("tiny", 1), made);
});

test("the shapes have the published numbers of weights", () => {
  const weights = (name: keyof typeof shapes): number =>
    tensorsOf(shapes[name]).reduce((sum, { columns, rows }) => sum + columns * rows, 0);
  assert.equal(weights("llama-2-7b"), 6_738_415_616);
  assert.equal(weights("tinyllama"), 1_100_048_384);
});

test("half-precision numbers are rounded to even and nothing else is let through", () => {
  const cases: readonly (readonly [number, number])[] = [
    [1, 0x3c00],
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65_503, 0x7bff],
  ];
  for (const [value, bits] of cases) assert.equal(halfPrecision(value), bits, `${value}`);
  for (const value of [0, -1, 2 ** -15, 70_000, Number.NaN]) assert.throws(() => halfPrecision(value), RangeError);
});

test("weights have the wanted deviation, their mean is near zero, and silent rows are exactly zero", () => {
  const tensor = { name: "output.weight", columns: 256, rows: 512, kind: "weight" } as const;
  const blocks = Buffer.concat([...randomBlocks(tensor, 3, 100)]);
  assert.equal(blocks.length, ((256 * 512) / 32) * BLOCK_BYTES);
  const values = Array.from({ length: 512 }, (_, row) => rowOf(blocks, row));
  assert.ok(
    values
      .slice(0, 100)
      .flat()
      .every((value) => value === 0),
  );
  const rest = values.slice(100).flat();
  const deviation = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0) / rest.length) * Math.sqrt(256);
  assert.ok(deviation > 0.48 && deviation < 0.53, `${deviation}`);
});

/** One row of 256 weights as ggml reads Q4_0: low halves of the 16 bytes first, then high halves, less 8, times the scale. */
function rowOf(blocks: Buffer, row: number): readonly number[] {
  return Array.from({ length: 8 }, (_, index) => {
    const block = blocks.subarray((row * 8 + index) * BLOCK_BYTES, (row * 8 + index + 1) * BLOCK_BYTES);
    const bits = block.readUInt16LE(0);
    const scale = bits === 0 ? 0 : 2 ** ((bits >> 10) - 15) * (1 + (bits & 1023) / 1024);
    const halves = [...block.subarray(2)];
    return [...halves.map((byte) => byte & 15), ...halves.map((byte) => byte >> 4)].map((level) => (level - 8) * scale);
  }).flat();
}

test("a header says where every tensor begins, at multiples of 32 bytes", () => {
  const tensors = [
    { name: "a", dimensions: [5], type: "f32", bytes: 20 },
    { name: "b", dimensions: [32, 3], type: "q4_0", bytes: 54 },
  ] as const;
  const header = ggufHeader({ "general.architecture": { type: "string", value: "llama" } }, tensors);
  assert.equal(header.subarray(0, 4).toString(), "GGUF");
  assert.deepEqual([header.readUInt32LE(4), header.readBigUInt64LE(8), header.readBigUInt64LE(16)], [3, 2n, 1n]);
  assert.equal(header.length % 32, 0);
  const second = header.indexOf("b", header.lastIndexOf("a\u0001")) + 1;
  const offset = header.readBigUInt64LE(second + 4 + 16 + 4);
  assert.equal(offset, BigInt(20 + padding(20)));
});
