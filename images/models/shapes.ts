import type { ShapeName } from "./schema.ts";

/** Dimensions of a Llama model. */
export interface Shape {
  readonly embedding: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  /** Tokens of context it says it was trained for. */
  readonly context: number;
}

/** The last two are the published shapes of TinyLlama 1.1B and Llama 2 7B. */
export const shapes: Readonly<Record<ShapeName, Shape>> = {
  tiny: { embedding: 256, layers: 4, heads: 4, keyValueHeads: 4, feedForward: 704, vocabulary: 4096, context: 2048 },
  m160: { embedding: 768, layers: 12, heads: 12, keyValueHeads: 12, feedForward: 2048, vocabulary: 32_000, context: 2048 },
  m470: { embedding: 1024, layers: 24, heads: 16, keyValueHeads: 16, feedForward: 4096, vocabulary: 32_000, context: 2048 },
  tinyllama: { embedding: 2048, layers: 22, heads: 32, keyValueHeads: 4, feedForward: 5632, vocabulary: 32_000, context: 2048 },
  "llama-2-7b": {
    embedding: 4096,
    layers: 32,
    heads: 32,
    keyValueHeads: 32,
    feedForward: 11_008,
    vocabulary: 32_000,
    context: 4096,
  },
};

export interface Tensor {
  readonly name: string;
  /** Length of a row first, as GGUF wants it; norms have one row. */
  readonly columns: number;
  readonly rows: number;
  readonly kind: "norm" | "weight";
}

/** All tensors in the order of a converted Llama model. */
export function tensorsOf({ embedding, layers, heads, keyValueHeads, feedForward, vocabulary }: Shape): readonly Tensor[] {
  const keyValue = (embedding / heads) * keyValueHeads;
  const weight = (name: string, rows: number, columns = embedding): Tensor => ({ name, columns, rows, kind: "weight" });
  const norm = (name: string): Tensor => ({ name, columns: embedding, rows: 1, kind: "norm" });
  const layer = (index: number): readonly Tensor[] => {
    const name = (part: string): string => `blk.${index}.${part}.weight`;
    return [
      norm(name("attn_norm")),
      weight(name("attn_q"), embedding),
      weight(name("attn_k"), keyValue),
      weight(name("attn_v"), keyValue),
      weight(name("attn_output"), embedding),
      norm(name("ffn_norm")),
      weight(name("ffn_gate"), feedForward),
      weight(name("ffn_up"), feedForward),
      weight(name("ffn_down"), embedding, feedForward),
    ];
  };
  return [
    weight("token_embd.weight", vocabulary),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    norm("output_norm.weight"),
    weight("output.weight", vocabulary),
  ];
}
