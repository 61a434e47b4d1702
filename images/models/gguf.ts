/** A value of a GGUF header with its type. Names and numbers: ggml's docs/gguf.md, version 3. */
export type GgufValue =
  | { readonly type: "u32" | "i32" | "f32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "i32s" | "f32s"; readonly value: readonly number[] };

/** One tensor as the header describes it. */
export interface GgufTensor {
  readonly name: string;
  /** Length of a row first. */
  readonly dimensions: readonly number[];
  readonly type: keyof typeof TENSOR_TYPES;
  readonly bytes: number;
}

/** Every tensor begins at a multiple of this many bytes: GGUF's default. */
const ALIGNMENT = 32;
const VERSION = 3;
const TENSOR_TYPES = { f32: 0, q4_0: 2 } as const;
const VALUE_TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** Bytes from the end of `bytes` to the next place a tensor may begin at. */
export function padding(bytes: number): number {
  return (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;
}

/** Everything before the first tensor's bytes. The bytes of each tensor follow in the same order, each with its `padding`. */
export function ggufHeader(values: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensor[]): Buffer {
  const entries = Object.entries(values).flatMap(([name, value]) => [text(name), typed(value)]);
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const info = tensorInfo(tensor, offset);
    offset += tensor.bytes + padding(tensor.bytes);
    return info;
  });
  const counts = [u32(VERSION), u64(tensors.length), u64(Object.keys(values).length)];
  const header = Buffer.concat([Buffer.from("GGUF"), ...counts, ...entries, ...infos]);
  return Buffer.concat([header, Buffer.alloc(padding(header.length))]);
}

function tensorInfo({ name, dimensions, type }: GgufTensor, offset: number): Buffer {
  return Buffer.concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(TENSOR_TYPES[type]), u64(offset)]);
}

function typed(given: GgufValue): Buffer {
  switch (given.type) {
    case "u32":
    case "i32":
    case "f32":
      return Buffer.concat([u32(VALUE_TYPES[given.type]), numbers[given.type](given.value)]);
    case "bool":
      return Buffer.concat([u32(VALUE_TYPES.bool), Buffer.from([given.value ? 1 : 0])]);
    case "string":
      return Buffer.concat([u32(VALUE_TYPES.string), text(given.value)]);
    case "strings":
      return list("string", given.value.map(text));
    case "i32s":
      return list("i32", given.value.map(numbers.i32));
    case "f32s":
      return list("f32", given.value.map(numbers.f32));
    default:
      return given satisfies never;
  }
}

function list(type: keyof typeof VALUE_TYPES, items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(VALUE_TYPES.array), u32(VALUE_TYPES[type]), u64(items.length), ...items]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const numbers = {
  u32,
  i32: (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  },
  f32: (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return bytes;
  },
};
