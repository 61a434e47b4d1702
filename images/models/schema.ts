import { z } from "zod";
import { connectionSchema } from "../../hosts/index.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a sha256 as 64 hexadecimal digits");

/** Shapes of models that can be made with random weights: see `shapes.ts`. */
const shapeName = z.enum(["tiny", "m160", "m470", "tinyllama", "llama-2-7b"]);
export type ShapeName = z.output<typeof shapeName>;

/** Where the bytes of a model come from, as in the matrix. A download is always pinned. */
export const modelSource = z
  .union(
    [
      z.strictObject({ url: z.url({ protocol: /^https?$/ }), sha256 }),
      z.strictObject({
        path: z.string().min(1).describe("a file of this machine, from the project's folder on; ~ is expanded"),
        sha256: sha256.optional(),
      }),
      z.strictObject({
        random: z.strictObject({ shape: shapeName, seed: z.int().nonnegative().max(Number.MAX_SAFE_INTEGER).default(1) }),
      }),
      z.strictObject({
        pypi: z
          .string()
          .regex(/^[A-Za-z0-9._-]+==[A-Za-z0-9._!+-]+$/)
          .describe("such as magika==1.0.3"),
        file: z.string().min(1).describe("the one file of the wheel that matches, such as */model.onnx"),
        sha256,
      }),
    ],
    {
      error:
        "expected exactly one of { url, sha256 }, { path, sha256? }, { random: { shape: tiny | m160 | m470 | tinyllama | llama-2-7b, seed } } " +
        "and { pypi: NAME==VERSION, file, sha256 }; a sha256 is 64 hexadecimal digits",
    },
  )
  .describe("a model file, delivered to the hosts that measure with it");
export type ModelSource = z.output<typeof modelSource>;

/** One model file on one host, proven by its sha256. */
export const deliveredModelInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  /** Its name in the matrix. */
  model: z.string(),
  source: modelSource,
});
export type DeliveredModelInputs = z.output<typeof deliveredModelInputs>;

export interface DeliveredModelOutputs extends DeliveredModelInputs {
  /** Absolute path on the host. Its name holds the first digits of the sha256, so other bytes are another path. */
  readonly path: string;
  /** sha256 of the file in hexadecimal. */
  readonly sha256: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Compressed bytes that travelled in the last create or update; 0 when the file was there. */
  readonly bytesSent: number;
  /** Size, times and inode on the host: while they stay, the file is the one that was proven. */
  readonly stamp: string;
  /** Size and time of the controller's file, for a model given by a path. */
  readonly origin?: string;
}

/** For people and reports: says so where the weights are random. */
export function describeModel(name: string, source: ModelSource): string {
  if (!("random" in source)) return name;
  return `${name} (random weights, ${source.random.shape}, seed ${source.random.seed})`;
}
