import { type GgufTensor, type GgufValue, ggufHeader, padding } from "./gguf.ts";
import { BLOCK_BYTES, randomBlocks } from "./random-blocks.ts";
import type { ShapeName } from "./schema.ts";
import { type Shape, shapes, type Tensor, tensorsOf } from "./shapes.ts";

/** Raised when equal shape and seed would give other bytes, so that a cache never mixes the two. */
export const GENERATOR_VERSION = 1;

/** `<unk>`, `<s>`, `</s>`. */
const CONTROL_TOKENS = 3;
const BYTE_TOKENS = 256;
/** Tokens that are no words: greedy decoding never picks one, so no generation ends early or stops inside a character. */
const SILENT_TOKENS = CONTROL_TOKENS + BYTE_TOKENS;
/** `llama_token_type` of llama.cpp. */
const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, byte: 6 } as const;
/** `LLAMA_FTYPE_MOSTLY_Q4_0`. */
const FILE_TYPE_Q4_0 = 2;

/**
 * A GGUF file of an exact model shape with random weights in Q4_0, in pieces: dense decoding takes the same time with random as with
 * trained weights. Equal shape and seed give equal bytes on every machine.
 */
export function* randomModel(name: ShapeName, seed: number): Generator<Buffer> {
  const shape = shapes[name];
  const tensors = tensorsOf(shape);
  yield ggufHeader(metadata(name, seed, shape), tensors.map(describe));
  for (const tensor of tensors) {
    yield* bytesOf(tensor, seed);
    const gap = padding(describe(tensor).bytes);
    if (gap > 0) yield Buffer.alloc(gap);
  }
}

/** Bytes of the whole file, known before it is made. */
export function randomModelBytes(name: ShapeName, seed: number): number {
  const tensors = tensorsOf(shapes[name]).map(describe);
  const header = ggufHeader(metadata(name, seed, shapes[name]), tensors).length;
  return tensors.reduce((sum, { bytes }) => sum + bytes + padding(bytes), header);
}

function bytesOf(tensor: Tensor, seed: number): Iterable<Buffer> {
  if (tensor.kind === "norm") return [Buffer.from(new Float32Array(tensor.columns).fill(1).buffer)];
  return randomBlocks(tensor, seed, tensor.name === "output.weight" ? SILENT_TOKENS : 0);
}

function describe({ name, columns, rows, kind }: Tensor): GgufTensor {
  return kind === "norm"
    ? { name, dimensions: [columns], type: "f32", bytes: columns * 4 }
    : { name, dimensions: [columns, rows], type: "q4_0", bytes: ((columns * rows) / 32) * BLOCK_BYTES };
}

/** The keys that llama.cpp needs of a Llama model, and a vocabulary of invented words. */
function metadata(name: ShapeName, seed: number, shape: Shape): Readonly<Record<string, GgufValue>> {
  const u32 = (value: number): GgufValue => ({ type: "u32", value });
  const f32 = (value: number): GgufValue => ({ type: "f32", value });
  const string = (value: string): GgufValue => ({ type: "string", value });
  const indices = Array.from({ length: shape.vocabulary }, (_, index) => index);
  return {
    "general.architecture": string("llama"),
    "general.name": string(`distrobench random weights, ${name}, seed ${seed}`),
    "general.file_type": u32(FILE_TYPE_Q4_0),
    "general.quantization_version": u32(2),
    "llama.vocab_size": u32(shape.vocabulary),
    "llama.context_length": u32(shape.context),
    "llama.embedding_length": u32(shape.embedding),
    "llama.block_count": u32(shape.layers),
    "llama.feed_forward_length": u32(shape.feedForward),
    "llama.attention.head_count": u32(shape.heads),
    "llama.attention.head_count_kv": u32(shape.keyValueHeads),
    "llama.rope.dimension_count": u32(shape.embedding / shape.heads),
    "llama.rope.freq_base": f32(10_000),
    "llama.attention.layer_norm_rms_epsilon": f32(1e-5),
    "tokenizer.ggml.model": string("llama"),
    "tokenizer.ggml.pre": string("default"),
    "tokenizer.ggml.tokens": { type: "strings", value: indices.map(token) },
    "tokenizer.ggml.scores": { type: "f32s", value: indices.map((index) => (index < SILENT_TOKENS ? 0 : -index)) },
    "tokenizer.ggml.token_type": { type: "i32s", value: indices.map(tokenType) },
    "tokenizer.ggml.bos_token_id": u32(1),
    "tokenizer.ggml.eos_token_id": u32(2),
    "tokenizer.ggml.unknown_token_id": u32(0),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: true },
    "tokenizer.ggml.add_eos_token": { type: "bool", value: false },
  };
}

function token(index: number): string {
  if (index < CONTROL_TOKENS) return ["<unk>", "<s>", "</s>"][index] ?? "";
  const byte = index - CONTROL_TOKENS;
  if (byte < BYTE_TOKENS) return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
  // U+2581 stands for a space in this kind of vocabulary.
  return `\u2581w${index.toString(36)}`;
}

function tokenType(index: number): number {
  if (index === 0) return TOKEN_TYPES.unknown;
  if (index < CONTROL_TOKENS) return TOKEN_TYPES.control;
  return index < SILENT_TOKENS ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
}
