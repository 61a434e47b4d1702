import { z } from "zod";
import { connectionSchema } from "../hosts/index.ts";

/** One thing to measure: a host, an engine, later a tuning profile and an image base. */
export const variantInput = z.strictObject({
  /** Such as `debian-13/docker`; unique in the benchmark. */
  id: z.string(),
  host: z.string(),
  /** Physical machine, for the lock. */
  machine: z.string(),
  engine: z.enum(["docker", "podman"]).optional(),
  /** Tag of the delivered image, and its config digest (a change re-runs the benchmark). */
  image: z.string().optional(),
  imageDigest: z.string().optional(),
  /** Why the image's base could not be had: the variant is skipped. */
  unavailable: z.string().optional(),
  /** The delivered model file: its name in the matrix, its path on the host, its sha256 (a change re-runs the benchmark). */
  model: z.strictObject({ name: z.string(), path: z.string(), sha256: z.string() }).optional(),
  /** sha256 of what may change a result: host facts, package versions, tuning values read back. */
  environment: z.string(),
  /** Values of a tuning profile as read back, by knob. */
  tuning: z.record(z.string(), z.string()).optional(),
  /** Control group that its containers start in, such as `model.slice`. */
  slice: z.string().optional(),
  /** Free labels shown in the report, such as `{ tuning: "stock" }`. */
  labels: z.record(z.string(), z.string()),
});
export type VariantInput = z.output<typeof variantInput>;

/** How a host's tuning left it. */
const tuningInput = z.strictObject({
  /** When it was last written, ISO 8601, and under which boot id. */
  at: z.string(),
  bootId: z.string(),
  /** What its knobs are read back by; only `ReadDrifts` understands it. */
  tuned: z.record(z.string(), z.unknown()),
});

/** One test over all its variants, in randomised complete blocks. */
export const benchmarkInputs = z.strictObject({
  name: z.string(),
  /** A registered test, such as `cold-start`. */
  test: z.string(),
  stack: z.string(),
  /** Checked by the test's own schema. */
  parameters: z.record(z.string(), z.unknown()),
  variants: z.array(variantInput).min(1),
  /** How to reach each host named in `variants`, by its name. Apart from the variants, because it is secret and no reason to measure again. */
  connections: z.record(z.string(), connectionSchema),
  /** The tuned hosts among them, by name. Apart from the variants, because only the values themselves are a reason to measure again. */
  tunings: z.record(z.string(), tuningInput).optional(),
  /** Id of the variant the others are compared with. */
  baseline: z.string(),
  design: z.strictObject({
    /** 10 by default; below 6 there is no 95 % interval. */
    blocks: z.int().min(1).max(1000),
    /** After these numbers of blocks the session ends if its intervals are narrow enough; `blocks` is the last of them. */
    looks: z.array(z.int().min(6)).min(1).optional(),
    /** Seconds of measuring after which no block is begun. */
    budgetSeconds: z.number().positive().optional(),
    seed: z.int().nonnegative(),
    /** Relative change that counts, such as 0.1. */
    tolerance: z.number().positive().max(1),
    /** Measure the baseline under two labels in every block. */
    aaPair: z.boolean(),
    /** Go on where a noisy host would make the session invalid; such a session is never a baseline. */
    noisyHost: z.boolean(),
  }),
  /**
   * Measure as with `design.noisyHost`, whatever that says. Apart from the design, because it is about this run and no reason to measure
   * again.
   */
  noisyRun: z.boolean().optional(),
  /** sha256 of the harness bundle and the test's definition: a new instrument measures again. */
  instrument: z.string(),
});
export type BenchmarkInputs = z.output<typeof benchmarkInputs>;

export interface MetricOutput {
  /** Median in base units. */
  readonly median: number;
  /** Exact order-statistic interval, or absent below 6 samples. */
  readonly interval?: readonly [number, number];
  /** Real coverage of the interval, such as 0.979. */
  readonly coverage?: number;
  readonly n: number;
  readonly unit: string;
}

export interface BenchmarkOutputs extends BenchmarkInputs {
  /** variant id -> metric name -> value. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, MetricOutput>>>>;
  /** One sentence per comparison, and `valid` or why not. */
  readonly verdicts: readonly {
    readonly variant: string;
    readonly metric: string;
    readonly verdict: string;
    readonly detail: string;
  }[];
  /** Session directory relative to the project's root. */
  readonly session: string;
  readonly emulated: boolean;
}
